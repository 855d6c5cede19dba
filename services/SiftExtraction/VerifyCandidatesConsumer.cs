using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Sift;
using Pipeline.Storage;

namespace Pipeline.SiftExtraction;

/// <summary>Matches a query against candidates geometrically, on the features stored for them.</summary>
public sealed class VerifyCandidatesConsumer(IBlobStore blobs, StoredImages images, SiftPipeline sift, GeometricVerifier verifier)
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

    private async Task<SiftFeatures> QueryAsync(VerifyCandidates request, CancellationToken ct)
    {
        if (request.Image is { } source)
        {
            return sift.Extract(await images.ReadQueryAsync(source, ct));
        }

        return await StoredAsync(request.Collection, request.ImageId!.Value, ct)
            ?? throw new PermanentException(RefusalReasons.UnknownImage, "The query image has no SIFT features.");
    }

    private async Task<CandidateVerification[]> VerifyAsync(VerifyCandidates request, SiftFeatures query, CancellationToken ct)
    {
        var results = new CandidateVerification[request.Candidates.Count];
        await Parallel.ForAsync(0, results.Length, ct, async (i, token) =>
        {
            var id = request.Candidates[i];
            var candidate = await StoredAsync(request.Collection, id, token);
            var match = candidate is null ? null : verifier.Verify(query, candidate);
            results[i] = new CandidateVerification
            {
                ImageId = id,
                Inliers = match?.Inliers ?? 0,
                Verified = match?.Verified ?? false,
                CentralSupport = match?.CentralSupport ?? 0,
                Homography = match?.Homography,
            };
        });
        return results;
    }

    private async Task<SiftFeatures?> StoredAsync(string collection, Guid imageId, CancellationToken ct) =>
        await blobs.TryReadAsync(BlobKeys.Sift(collection, imageId, sift.Version), ct) is { } stored ? SiftFeatures.Parse(stored) : null;
}

/// <summary>Policy of the endpoint <c>verify-candidates</c>.</summary>
public sealed class VerifyCandidatesConsumerDefinition() : PipelineConsumerDefinition<VerifyCandidatesConsumer>("verify-candidates", EndpointKind.Interactive);
