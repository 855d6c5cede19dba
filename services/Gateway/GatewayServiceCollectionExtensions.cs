using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Gateway.Collections;
using Pipeline.Gateway.Encoders;
using Pipeline.Gateway.Generations;
using Pipeline.Gateway.Images;
using Pipeline.Gateway.Models;
using Pipeline.Gateway.OpenApi;
using Pipeline.Gateway.Search;
using Pipeline.Gateway.Vocabularies;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Gateway;

/// <summary>Adds the Gateway to a host, and maps its endpoints.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>Adds what the endpoints need.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.SectionName)).ValidateDataAnnotations().ValidateOnStart();
        services.AddLoopbackGuard(GatewayOptions.SectionName, provider => provider.GetRequiredService<IOptions<GatewayOptions>>().Value.ApiKeys.Count > 0);
        services.AddHostedService<AbandonedBlobs>();
        services.AddHostedService<WaitingUploads>();
        services.AddScoped<UploadPublisher>();

        services.AddPipelineRoute<ImageUploaded>("upload");
        services.AddPipelineRoute<DeleteImage>("deletion");
        services.AddPipelineRoute<JudgePair>("verdicts");
        services.AddPipelineRoute<DeleteCollection>("collection-deletion");
        services.AddPipelineRoute<RebuildCollection>("collection-rebuild");
        services.AddPipelineRoute<RollbackModel>("model");
        services.AddPipelineRoute<ReindexCollection>("reindex");
        services.AddPipelineRoute<CancelReindex>("reindex-cancel");
        services.AddPipelineRoute<RollbackCollection>("rollback");
        services.AddPipelineRoute<UpdateModel>("model-updating");
        services.AddPipelineRoute<TrainVocabulary>("vocabulary-training");
        services.AddPipelineRoute<TrainEncoder>("encoder-training");
        services.AddPipelineRoute<EmbedCollection>("collection-embedding");
        services.AddPipelineRoute<RepairNeighbours>("neighbour-repair");

        services.AddSingleton<SearchWarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<SearchWarmUp>());
        services.AddHealthChecks().AddCheck<SearchWarmUp>("search", tags: ["ready"]);

        services.AddAuthentication(ApiKeyAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.SchemeName, configureOptions: null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Roles.Read, policy => policy.RequireRole(Roles.Read))
            .AddPolicy(Roles.Write, policy => policy.RequireRole(Roles.Write))
            .AddPolicy(Roles.Admin, policy => policy.RequireRole(Roles.Admin));

        services.AddProblemDetails();
        services.AddExceptionHandler<ExceptionProblems>();
        services.AddOpenApi("v1", openApi => openApi
            .AddDocumentTransformer(KeySecurity.AddSchemesAsync)
            .AddOperationTransformer(KeySecurity.RequireAsync)
            .AddOperationTransformer(FormBodies.DescribeAsync));
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            // A null where a value belongs is the caller's mistake, found when the body is read.
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddLimits();
        return services;
    }

    /// <summary>Maps the REST API, its OpenAPI document at <c>/openapi/v1.json</c>, and what guards them.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => Problems.OfStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.MapOpenApi();

        var collection = app.MapGroup("/v1/collections/{collection}").AddEndpointFilter<CollectionAccessFilter>().RequireRateLimiting(RateLimitPolicy);
        collection.MapCollection();
        collection.MapSettings();
        collection.MapImages();
        collection.MapVerdicts();
        collection.MapSearch();
        collection.MapVocabulary();
        collection.MapEncoder();
        collection.MapModel();
        collection.MapGenerations();
        return app;
    }

    private const string RateLimitPolicy = "caller";

    private static void AddLimits(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>((kestrel, gateway) =>
        {
            kestrel.Limits.MaxRequestBodySize = gateway.Value.MaxRequestBytes;
            kestrel.AddServerHeader = false;
        });
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<GatewayOptions>>((limiter, gateway) =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (context, _) =>
            {
                var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
                context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
            limiter.AddPolicy(RateLimitPolicy, context => RateLimitPartition.GetTokenBucketLimiter(
                CallerOf(context),
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = gateway.Value.RequestBurst,
                    TokensPerPeriod = gateway.Value.RequestsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
        });
    }

    private static string CallerOf(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true, Name: { } name } && name != ApiKeyAuthenticationHandler.Anonymous
            ? $"key:{name}"
            : $"address:{context.Connection.RemoteIpAddress}";
}
