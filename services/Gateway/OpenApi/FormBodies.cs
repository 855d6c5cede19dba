using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Pipeline.Gateway.OpenApi;

/// <summary>
/// Describes multipart bodies. The Gateway reads forms part by part, not by binding, so the framework cannot know their
/// fields: the endpoints name them.
/// </summary>
public static class FormBodies
{
    /// <summary>The media type of forms with files.</summary>
    public const string MediaType = "multipart/form-data";

    /// <summary>Names the fields of the form that the endpoint accepts.</summary>
    public static RouteHandlerBuilder WithForm(this RouteHandlerBuilder endpoint, params FormField[] fields) =>
        endpoint.WithMetadata(new Form(fields));

    /// <summary>Writes the forms into the document.</summary>
    internal static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Form>().FirstOrDefault() is { } form
            && operation.RequestBody is OpenApiRequestBody { Content: { } content })
        {
            content[MediaType] = new OpenApiMediaType { Schema = SchemaOf(form.Fields) };
        }

        return Task.CompletedTask;
    }

    private static OpenApiSchema SchemaOf(IReadOnlyList<FormField> fields) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = fields.ToDictionary(field => field.Name, IOpenApiSchema (field) => SchemaOf(field)),
        Required = fields.Where(field => field.Required).Select(field => field.Name).ToHashSet(),
    };

    private static OpenApiSchema SchemaOf(FormField field) => field.Kind switch
    {
        FormFieldKind.File => new() { Type = JsonSchemaType.String, Format = "binary", Description = field.Description },
        FormFieldKind.Number => new() { Type = JsonSchemaType.Integer, Format = "int32", Description = field.Description },
        FormFieldKind.List => new()
        {
            Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String }, Description = field.Description,
        },
        _ => new() { Type = JsonSchemaType.String, Description = field.Description },
    };

    private sealed record Form(IReadOnlyList<FormField> Fields);
}
