using MassTransit;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Explorer;

/// <summary>Searches in every mode at once, so that they can be compared.</summary>
public sealed class ExplorerSearch(IBus bus)
{
    private const int Limit = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The modes in the order of the page.</summary>
    public static IReadOnlyList<string> Modes { get; } = [SearchModes.Cnn, SearchModes.Hash, SearchModes.Sift, SearchModes.Cie, SearchModes.Fused];

    /// <summary>Searches by a picture or by an image of the collection.</summary>
    /// <param name="query">What is searched; its mode is of no matter.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>For each mode its results, or why there are none.</returns>
    public async Task<IReadOnlyList<ModeResults>> SearchAsync(SearchImages query, CancellationToken ct) =>
        await Task.WhenAll(Modes.Select(mode => SearchAsync(query with { Mode = mode, Limit = Limit }, mode, ct)));

    /// <summary>Where two images match; null where nobody answers.</summary>
    public async Task<CandidateVerification?> MatchAsync(string collection, string tenant, Guid one, Guid other, CancellationToken ct)
    {
        try
        {
            var answer = await bus.AskAsync<VerifyCandidates, CandidatesVerified>(
                new VerifyCandidates { Collection = collection, Tenant = tenant, ImageId = one, Candidates = [other], WithPoints = true }, Patience, ct);
            return answer.Candidates[0];
        }
        catch (Exception e) when (e is PermanentException or RequestTimeoutException or RequestFaultException)
        {
            return null;
        }
    }

    private async Task<ModeResults> SearchAsync(SearchImages query, string mode, CancellationToken ct)
    {
        try
        {
            return new ModeResults(mode, await bus.AskAsync<SearchImages, SearchResults>(query, Patience, ct), null);
        }
        catch (PermanentException refused)
        {
            return new ModeResults(mode, null, Texts.Explorer.Refused(refused.Reason, refused.Message));
        }
        catch (RequestTimeoutException)
        {
            return new ModeResults(mode, null, Texts.Explorer.NoAnswer);
        }
        catch (RequestFaultException fault)
        {
            return new ModeResults(mode, null, Texts.Explorer.Fault(fault.Message));
        }
    }
}

/// <summary>What a search in one mode gave.</summary>
/// <param name="Mode">Of <see cref="SearchModes"/>.</param>
/// <param name="Results">The results, or null.</param>
/// <param name="Problem">Why there are none, for people.</param>
public sealed record ModeResults(string Mode, SearchResults? Results, string? Problem);
