using System.Globalization;

namespace Pipeline.Tests.Support;

/// <summary>What a command of the evaluation or of the benchmarks was told: pairs of <c>--name value</c>.</summary>
public sealed class CommandOptions
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <param name="arguments">Names and values in turns.</param>
    /// <param name="known">The names that the command has, such as <c>--json</c>.</param>
    /// <exception cref="ArgumentException">A value is missing, or a name is unknown or comes twice.</exception>
    public CommandOptions(IReadOnlyList<string> arguments, params ReadOnlySpan<string> known)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value.");
            if (!known.Contains(arguments[i]) || !_values.TryAdd(arguments[i], value))
            {
                throw new ArgumentException($"{arguments[i]} {value} is not understood.");
            }
        }
    }

    /// <summary>A text; null where it was not given.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>A text that must be given.</summary>
    /// <exception cref="ArgumentException">It is missing.</exception>
    public string Require(string name) => Find(name) ?? throw new ArgumentException($"{name} is missing.");

    /// <summary>The full path of a folder that is there; <c>artifacts/photos</c>, which <c>infra/photos/fetch</c> gathers, where none is named.</summary>
    /// <exception cref="ArgumentException">There is no such folder.</exception>
    public string Photos(string name)
    {
        var path = Path.GetFullPath(Find(name) ?? Path.Combine(RepositoryRoot.Path, "artifacts", "photos"));
        return Directory.Exists(path) ? path : throw new ArgumentException($"There is no folder {path}: give {name}, or run infra/photos/fetch.");
    }

    /// <summary>A whole number of 0 or more.</summary>
    /// <exception cref="ArgumentException">It is no such number.</exception>
    public int Count(string name, int otherwise) => Find(name) == "0" ? 0 : Positive(name, otherwise);

    /// <summary>A whole number above 0.</summary>
    /// <exception cref="ArgumentException">It is no such number.</exception>
    public int Positive(string name, int otherwise) => Find(name) is { } text ? Positive(name, text) : otherwise;

    /// <summary>Whole numbers above 0, with commas between.</summary>
    /// <exception cref="ArgumentException">One is no such number.</exception>
    public int[] Positives(string name, params int[] otherwise) =>
        Find(name) is { } text ? [.. text.Split(',').Select(part => Positive(name, part))] : otherwise;

    /// <summary>One of an enumeration's names.</summary>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public T OneOf<T>(string name, T otherwise)
        where T : struct, Enum =>
        Find(name) is not { } text ? otherwise
        : Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value
        : throw new ArgumentException($"{name} {text} is none of {string.Join(", ", Enum.GetNames<T>())}.");

    private static int Positive(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"{name} {text} is no number above 0.");
}
