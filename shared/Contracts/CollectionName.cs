using System.Text.RegularExpressions;

namespace Pipeline.Contracts;

/// <summary>
/// The rule for names of collections and tenants: 1 to 63 characters of <c>a–z 0–9 - _</c>, starting with a letter
/// or digit. Such a name is safe in a path, a queue name, a Redis key and a URL alike.
/// </summary>
public static partial class CollectionName
{
    /// <summary>Whether <paramref name="name"/> obeys the rule.</summary>
    public static bool IsValid(string? name) => name is not null && Pattern().IsMatch(name);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
