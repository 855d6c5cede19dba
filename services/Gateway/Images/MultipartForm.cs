using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Gateway.Images;

/// <summary>
/// A multipart body with one file, read part by part: the file goes straight to where it is kept, so that neither memory
/// nor a temporary file ever holds it.
/// </summary>
public sealed class MultipartForm
{
    /// <summary>Name of the part that holds the picture.</summary>
    public const string FilePart = "file";

    private const int MaxParts = 256;
    private const int MaxValueLength = 64 << 10;
    private const int MaxBoundaryLength = 200;
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the file was there.</summary>
    public bool HasFile { get; private set; }

    /// <summary>The last value of a field that is not blank, or null.</summary>
    public string? Value(string name) => Values(name) is [.., var last] ? last : null;

    /// <summary>All values of a field that are not blank.</summary>
    public IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>The values of a field, of which each may be several, separated by commas.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. Values(name).SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Reads the body to its end.</summary>
    /// <param name="request">A request with a multipart body.</param>
    /// <param name="storeFile">Takes the file's content; called at most once.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="InvalidDataException">The body is not a form with at most one file, or beyond the limits.</exception>
    public static async Task<MultipartForm> ReadAsync(HttpRequest request, Func<Stream, Task> storeFile, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(storeFile);
        var form = new MultipartForm();
        var reader = new MultipartReader(BoundaryOf(request), request.Body);
        try
        {
            for (var parts = 0; await reader.ReadNextSectionAsync(ct) is { } section; parts++)
            {
                if (parts == MaxParts)
                {
                    throw new InvalidDataException($"A form has at most {MaxParts} parts.");
                }

                await form.TakeAsync(section, storeFile, ct);
            }
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            // How the reader says that the body ended before its closing boundary.
            throw new InvalidDataException("The form ends before its closing boundary.", e);
        }

        return form;
    }

    private async Task TakeAsync(MultipartSection section, Func<Stream, Task> storeFile, CancellationToken ct)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException("A part of the form has no content disposition.");
        }

        var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        if (name.Equals(FilePart, StringComparison.OrdinalIgnoreCase))
        {
            if (HasFile)
            {
                throw new InvalidDataException($"The form has more than one part '{FilePart}'.");
            }

            HasFile = true;
            await storeFile(section.Body);
            return;
        }

        var value = await ReadValueAsync(section, name, ct);
        if (!string.IsNullOrWhiteSpace(value))
        {
            if (!_values.TryGetValue(name, out var values))
            {
                _values[name] = values = [];
            }

            values.Add(value);
        }
    }

    private static async Task<string> ReadValueAsync(MultipartSection section, string name, CancellationToken ct)
    {
        using var text = new StreamReader(section.Body);
        var buffer = new char[MaxValueLength + 1];
        var length = await text.ReadBlockAsync(buffer, ct);
        return length <= MaxValueLength
            ? new string(buffer, 0, length)
            : throw new InvalidDataException($"The field '{name}' has more than {MaxValueLength} characters.");
    }

    private static string BoundaryOf(HttpRequest request)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString() : "";
        return boundary.Length is > 0 and <= MaxBoundaryLength
            ? boundary
            : throw new InvalidDataException("The form's content type names no boundary.");
    }
}
