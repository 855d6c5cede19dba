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

    /// <summary>Where two images match, or why that is not known.</summary>
    public async Task<MatchResult> MatchAsync(string collection, string tenant, Guid one, Guid other, CancellationToken ct)
    {
        var query = new VerifyCandidates { Collection = collection, Tenant = tenant, ImageId = one, Candidates = [other], WithPoints = true };
        var (answer, problem) = await AskAsync<VerifyCandidates, CandidatesVerified>(query, ct);
        return new MatchResult(answer?.Candidates[0], problem);
    }

    private async Task<ModeResults> SearchAsync(SearchImages query, string mode, CancellationToken ct)
    {
        var (results, problem) = await AskAsync<SearchImages, SearchResults>(query, ct);
        return new ModeResults(mode, results, problem);
    }

    private async Task<(TAnswer? Answer, string? Problem)> AskAsync<TRequest, TAnswer>(TRequest request, CancellationToken ct)
        where TRequest : class
        where TAnswer : class
    {
        try
        {
            return (await bus.AskAsync<TRequest, TAnswer>(request, Patience, ct), null);
        }
        catch (PermanentException refused)
        {
            return (null, Texts.Explorer.Refused(refused.Reason, refused.Message));
        }
        catch (RequestTimeoutException)
        {
            return (null, Texts.Explorer.NoAnswer);
        }
        catch (RequestFaultException fault)
        {
            return (null, Texts.Explorer.Fault(fault.Message));
        }
    }
}

/// <summary>Where two images match.</summary>
/// <param name="Match">The matches, or null.</param>
/// <param name="Problem">Why there are none, for people.</param>
public sealed record MatchResult(CandidateVerification? Match, string? Problem);

/// <summary>What a search in one mode gave.</summary>
/// <param name="Mode">Of <see cref="SearchModes"/>.</param>
/// <param name="Results">The results, or null.</param>
/// <param name="Problem">Why there are none, for people.</param>
public sealed record ModeResults(string Mode, SearchResults? Results, string? Problem);
