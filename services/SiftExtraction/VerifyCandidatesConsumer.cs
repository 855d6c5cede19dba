using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Sift;

namespace Pipeline.SiftExtraction;

/// <summary>
/// Matches a query against candidates geometrically, on the features stored for them. The catalog says where these are: only
/// it knows which life an image is in.
/// </summary>
public sealed class VerifyCandidatesConsumer(
    ImageCatalog catalog, FeatureBlobs features, StoredImages images, SiftPipeline sift, GeometricVerifier verifier)
    : IConsumer<VerifyCandidates>
{
    /// <summary>The most candidates of one request.</summary>
    public const int MaxCandidates = 200;

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<VerifyCandidates> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = context.Message;
        if (request.Candidates is not { Count: >= 1 and <= MaxCandidates } || (request.Image is null) == (request.ImageId is null))
        {
            throw new PermanentException(RefusalReasons.InvalidRequest, $"A request names one query and 1 to {MaxCandidates} candidates.");
        }

        var query = await QueryAsync(request, context.CancellationToken);
        await context.RespondAsync(new CandidatesVerified { Candidates = await VerifyAsync(request, query, context.CancellationToken) });
    }

    /// <summary>The query's features; null for an image that has none, as one that only the other branch could read.</summary>
    private async Task<SiftFeatures?> QueryAsync(VerifyCandidates request, CancellationToken ct)
    {
        if (request.Image is { } source)
        {
            return sift.Extract(await images.ReadQueryAsync(source, ct));
        }

        var image = await catalog.GetAsync(request.Collection, request.ImageId!.Value, ct);
        return image is not null && image.Tenant == request.Tenant
            ? await StoredAsync(image, request.Tenant, ct)
            : throw new PermanentException(RefusalReasons.UnknownImage, "There is no such query image.");
    }

    private async Task<CandidateVerification[]> VerifyAsync(VerifyCandidates request, SiftFeatures? query, CancellationToken ct)
    {
        var candidates = await catalog.GetManyAsync(request.Collection, request.Candidates, ct);
        var results = new CandidateVerification[candidates.Count];
        await Parallel.ForAsync(0, results.Length, ct, async (i, token) =>
        {
            var candidate = query is null ? null : await StoredAsync(candidates[i], request.Tenant, token);
            var match = candidate is null ? null : verifier.Verify(query!, candidate);
            results[i] = new CandidateVerification
            {
                ImageId = request.Candidates[i],
                Inliers = match?.Inliers ?? 0,
                Verified = match?.Verified ?? false,
                CentralSupport = match?.CentralSupport ?? 0,
                Homography = match?.Homography,
                Points = request.WithPoints && match is not null ? PointsOf(match, query!, candidate!) : null,
            };
        });
        return results;
    }

    private static MatchedPoint[] PointsOf(GeometricMatch match, SiftFeatures query, SiftFeatures candidate)
    {
        var points = new MatchedPoint[match.InlierPairs.Count];
        for (var i = 0; i < points.Length; i++)
        {
            var (one, other) = match.InlierPairs[i];
            var (from, to) = (query.Keypoints[one], candidate.Keypoints[other]);
            // The centre of the first pixel is 0; its corner is half a pixel before.
            points[i] = new MatchedPoint(
                (from.X + 0.5) / query.Width, (from.Y + 0.5) / query.Height, (to.X + 0.5) / candidate.Width, (to.Y + 0.5) / candidate.Height);
        }

        return points;
    }

    /// <summary>The image's features, or null where it has none, or none of this version, or is another tenant's, or where they are damaged.</summary>
    private async Task<SiftFeatures?> StoredAsync(ImageRecord? image, string tenant, CancellationToken ct) =>
        image is not null && image.Tenant == tenant && image.OutputKey(Stages.Sift, sift.Version) is { } key
            ? await features.ReadAsync<SiftFeatures?>(key, static bytes => SiftFeatures.Parse(bytes), null, ct)
            : null;
}

/// <summary>Policy of the endpoint <c>verify-candidates</c>.</summary>
public sealed class VerifyCandidatesConsumerDefinition() : PipelineConsumerDefinition<VerifyCandidatesConsumer>("verify-candidates", EndpointKind.Interactive);
