namespace Pipeline.Tests.Benchmarks.Reindex;

/// <summary>What the re-index benchmark measured; rates are images a second, the median of the rounds.</summary>
/// <param name="Images">Images of the collection that was indexed anew.</param>
/// <param name="ExtractionPerSecond">Uploads, from the pictures to the index, with nothing beside.</param>
/// <param name="SameVersionsPerSecond">A re-index with the same versions, from the command to the switch, verification included.</param>
/// <param name="OtherEncoderPerSecond">Likewise with another encoder, all codes made anew.</param>
/// <param name="Ratio">The slower of the two, beside extraction.</param>
/// <param name="KeptPerSecond">Uploads while the generation before is kept.</param>
/// <param name="DuringPerSecond">Uploads while generations are filled one after the other, the one before kept.</param>
/// <param name="UploadShare">DuringPerSecond beside KeptPerSecond: what a re-index leaves.</param>
/// <param name="SearchP95Ms">Searches with nothing beside, 95th percentile in ms.</param>
/// <param name="SearchDuringP95Ms">Likewise while generations are filled.</param>
/// <param name="Cores">Cores of the machine.</param>
internal sealed record ReindexFigures(
    int Images,
    double ExtractionPerSecond,
    double SameVersionsPerSecond,
    double OtherEncoderPerSecond,
    double Ratio,
    double KeptPerSecond,
    double DuringPerSecond,
    double UploadShare,
    double SearchP95Ms,
    double SearchDuringP95Ms,
    int Cores);
