using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Pipeline.Gateway.OpenApi;

/// <summary>Tells the OpenAPI document how a caller presents its key: in <c>X-Api-Key</c>, or as a bearer token.</summary>
internal static class KeySecurity
{
    private const string Header = "apiKey";
    private const string Bearer = "bearer";
    private const string Note = "Not needed while the Gateway is configured without keys.";

    public static Task AddSchemesAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var components = document.Components ??= new OpenApiComponents();
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Header] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeyAuthenticationHandler.KeyHeader, Description = Note,
            },
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = Note },
        };
        return Task.CompletedTask;
    }

    /// <summary>Either way will do for whatever needs a role.</summary>
    public static Task RequireAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any())
        {
            operation.Security = [Requirement(Header), Requirement(Bearer)];
        }

        return Task.CompletedTask;

        OpenApiSecurityRequirement Requirement(string scheme) => new() { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] };
    }
}
