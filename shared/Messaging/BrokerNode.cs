using System.Globalization;

namespace Pipeline.Messaging;

/// <summary>A node of the broker, or the broker where it is only one.</summary>
internal readonly record struct BrokerNode(string Host, ushort Port)
{
    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>address</c> or <c>[address]:port</c>.</summary>
    /// <param name="text">The node.</param>
    /// <param name="port">Its port where it names none.</param>
    /// <param name="node">The node; the default one if it is none.</param>
    public static bool TryParse(string text, ushort port, out BrokerNode node)
    {
        node = default;
        // More than one colon outside of brackets: an address of IPv6 alone.
        var bare = text.Count(character => character == ':') > 1 && !text.StartsWith('[') ? $"[{text}]" : text;
        if (!Uri.TryCreate($"amqp://{bare}", UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.UserInfo.Length > 0 || uri.AbsolutePath.Length > 1
            || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return false;
        }

        node = new(uri.Host, uri.Port > 0 ? (ushort)uri.Port : port);
        return true;
    }

    /// <summary>Reads nodes separated by commas.</summary>
    /// <exception cref="FormatException">There is none, or one of them is no node.</exception>
    public static BrokerNode[] ParseAll(string text, ushort port)
    {
        var nodes = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => TryParse(part, port, out var node) ? node : throw new FormatException($"'{part}' is no host of a broker."))
            .ToArray();
        return nodes is [] ? throw new FormatException("No host of a broker is given.") : nodes;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
