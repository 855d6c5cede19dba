namespace Pipeline.Gateway.OpenApi;

/// <summary>One part of a multipart form, for the OpenAPI document.</summary>
/// <param name="Name">The part's name.</param>
/// <param name="Description">What it means.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Required">Whether a form without it is refused.</param>
public sealed record FormField(string Name, string Description, FormFieldKind Kind = FormFieldKind.Text, bool Required = false);

/// <summary>What a part of a form holds.</summary>
public enum FormFieldKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Texts, the part repeated or its value separated by commas.</summary>
    List,

    /// <summary>A file's bytes.</summary>
    File,
}
