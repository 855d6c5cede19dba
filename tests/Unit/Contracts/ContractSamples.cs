using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;

namespace Pipeline.Tests.Unit.Contracts;

/// <summary>One instance of every message with every field filled in, as the golden files have it.</summary>
internal static class ContractSamples
{
    private static readonly Guid Image = new("0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01");
    private static readonly Guid Upload = new("0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f02");
    private static readonly Guid Correlation = new("0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f03");
    private static readonly ImageSource Bytes = new() { Bytes = [0xFF, 0xD8, 0xFF] };

    private static readonly CollectionSettings Settings = new()
    {
        Encoder = new EncoderSettings { Version = "hash-0123456789ab", Bits = 128, Methods = ["itq", "lsh"], Automatic = false },
        Vocabulary = new VocabularySettings { Version = "words-0123456789ab", Words = 4096, Automatic = false },
        Model = new ModelSettings { Automatic = false },
        Limits = new LimitSettings { MaxImages = 100000, MaxBytes = 1048576, MaxPixels = 10000000, MaxLabels = 16, MaxExternalIds = 8 },
        Retention = new RetentionSettings { Days = 30 },
    };

    public static IReadOnlyDictionary<string, object> All { get; } = new object[]
    {
        new ImageUploaded
        {
            UploadId = Upload, Collection = "photos", Tenant = "acme", ExternalId = "camera-7/0001.jpg",
            Source = new ImageSource { Uri = "file:///incoming/0001.jpg" }, Labels = ["holiday", "beach"], Timestamp = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
            Traffic = TrafficClass.Bulk,
        },
        new ImageAccepted
        {
            Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2, Traffic = TrafficClass.Bulk,
            ContentHash = new string('a', 64), BlobKey = "images/aa/0001", Format = "jpeg", Width = 640, Height = 480,
        },
        new SiftExtracted { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, FeatureKey = "sift/1", SiftVersion = "s1", Keypoints = 500 },
        new CnnExtracted { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, FeatureKey = "cnn/1", ModelVersion = "m1", BackboneVersion = "b1", Dimensions = 576 },
        new HashEncoded { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Code = [1, 2, 254], Bits = 24, EncoderVersion = "e1", ModelVersion = "m1" },
        new ImageIndexed
        {
            Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, MissingStages = [Stages.Sift],
            ModelVersion = "m1", EncoderVersion = "e1", SiftVersion = "s1", VocabularyVersion = "v1", IndexedAt = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        },
        new ImageRejected
        {
            Collection = "photos", Tenant = "acme", ImageId = Image, UploadId = Upload, CorrelationId = Correlation, Incarnation = 2,
            Stage = Stages.Upload, Reason = RejectionReasons.CorruptImage, Detail = "truncated",
        },
        new ImageDeleted { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2 },
        new DeleteImage { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2 },
        new VisualWordsExtracted { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2, WordsKey = "words/1", VocabularyVersion = "v1", Words = 400 },
        new VocabularyPublished { Collection = "photos", VocabularyVersion = "v1", Words = 4096, CorrelationId = Correlation },
        new NeighboursMined
        {
            Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2,
            Sequence = 3, Changed = [new MinedPair { OtherId = Upload, Kind = PairKinds.Complementary, Verified = true, CnnRank = 9, SiftRank = 1, Inliers = 42, CentralSupport = 0.25 }],
            Removed = [Correlation], ModelVersion = "m1", VocabularyVersion = "v1",
        },
        new IndexVectorEmbedded { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2, Indices = [0, 3, 4294967295], Values = [0.5f, -0.25f, 0.125f], MadeAt = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), ModelVersion = "m1", VocabularyVersion = "v1" },
        new TrainVocabulary { Collection = "photos", Words = 4096, Seed = 7, CorrelationId = Correlation },
        new TrainEncoder { Collection = "photos", Bits = 64, Methods = ["itq"], Seed = 7, CorrelationId = Correlation },
        new EncoderPublished { Collection = "photos", EncoderVersion = "e2", Bits = 64, CorrelationId = Correlation },
        new EncodeImage { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2, FeatureKey = "cnn/1", ModelVersion = "m1", EncoderVersion = "e2" },
        new ImageReencoded { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2, Code = [1, 2, 254], Bits = 24, EncoderVersion = "e2", ModelVersion = "m1" },
        new RepairNeighbours { Collection = "photos", CorrelationId = Correlation },
        new ModelPublished
        {
            Collection = "photos", ModelVersion = "m2", BackboneVersion = "b1", ParentVersion = "m1", Dimensions = 576,
            PublishedAt = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), ReindexRequired = true, CorrelationId = Correlation,
        },
        new UpdateModel { Collection = "photos", Seed = 7, CorrelationId = Correlation },
        new ModelUpdateProgressed { Collection = "photos", Step = 3, Steps = 120, Losses = new Dictionary<string, float> { ["loss"] = 0.5f }, CorrelationId = Correlation },
        new RollbackModel { Collection = "photos", ModelVersion = "m2", CorrelationId = Correlation },
        new EmbedImages
        {
            Collection = "photos", CorrelationId = Correlation, Traffic = TrafficClass.Bulk, ModelVersion = "m2", BackboneVersion = "b1", EncoderVersion = "e1",
            Images = [new ImageToEmbed(Image, 2, "acme", Upload)],
        },
        new ReindexCollection { Collection = "photos", ModelVersion = "m2", EncoderVersion = "e2", Bits = 64, VocabularyVersion = "v1", Reason = "larger codes", CorrelationId = Correlation },
        new CancelReindex { Collection = "photos", Generation = 3, Reason = "not now", CorrelationId = Correlation },
        new RollbackCollection { Collection = "photos", Generation = 3, Reason = "worse", CorrelationId = Correlation },
        new ReindexProgressed { Collection = "photos", Generation = 3, State = GenerationStates.Filling, Done = 100, Total = 1234, ImagesPerSecond = 50.5, SecondsLeft = 22.5, Reason = "larger codes", CorrelationId = Correlation },
        new ServiceReported
        {
            Service = "upload", Instance = Image, Process = "host:1", StartedAt = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
            At = new DateTimeOffset(2025, 1, 2, 3, 4, 6, 678, TimeSpan.Zero), Stopping = true,
            Endpoints =
            [
                new EndpointReport
                {
                    Endpoint = "upload", Stage = Stages.Upload, Interactive = true, Paused = true, WaitsFor = "blob store", InFlight = 1, Done = 2, Rejected = 3, Failed = 4, Redelivered = 5,
                    Retries = 6, Durations = [new DurationCount(3, 2)], MaxAge = 1.5,
                },
            ],
        },
        new JudgePair
        {
            Collection = "photos", FirstId = Image, SecondId = Upload, Verdict = PairVerdicts.NotSame, By = "otto",
            At = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), FirstIncarnation = 2, SecondIncarnation = 1, CorrelationId = Correlation,
        },
        new PairJudged
        {
            Collection = "photos", Tenant = "acme", FirstId = Image, SecondId = Upload, Verdict = PairVerdicts.NotSame, By = "otto",
            At = new DateTimeOffset(2025, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), CorrelationId = Correlation,
        },
        new EmbedCollection { Collection = "photos", CorrelationId = Correlation },
        new QuantizeImage { Collection = "photos", Tenant = "acme", ImageId = Image, CorrelationId = Correlation, Incarnation = 2, FeatureKey = "sift/1", VocabularyVersion = "v1" },
        new FindNeighbours { Collection = "photos", ImageIds = [Image] },
        new NeighboursFound
        {
            Cnn = new NeighbourLists { Lists = [new ImageNeighbours { ImageId = Image, Revision = 7, Neighbours = [new NearImage(Upload, 0.75)], Back = [2], NamedBy = [Upload] }] },
            Sift = new NeighbourLists { Lists = [new ImageNeighbours { ImageId = Image, Revision = 8, Neighbours = [], Back = [], NamedBy = [] }] },
            Bounded = true, ModelVersion = "m1", VocabularyVersion = "v1",
        },
        new ExtractQueryWords { Image = Bytes, VocabularyVersion = "v1" },
        new QueryWords { Indices = [1, 5], Values = [0.5f, 0.25f], VocabularyVersion = "v1", ContentHash = new string('a', 64) },
        new CreateCollection { Collection = "photos", Settings = Settings },
        new CollectionCreated { Collection = "photos", Created = true },
        new ConfigureCollection { Collection = "photos", Settings = Settings, ExpectedRevision = 3 },
        new CollectionConfigured { Collection = "photos", Settings = Settings, Revision = 4 },
        new DeleteCollection { Collection = "photos", CorrelationId = Correlation },
        new CollectionDeleted { Collection = "photos", Images = 1234, CorrelationId = Correlation },
        new RebuildCollection { Collection = "photos", CorrelationId = Correlation },
        new CollectionRebuilt { Collection = "photos", Images = 1234, Restored = 1000, Reindexed = 100, Damaged = 1, CorrelationId = Correlation },
        new EncodeQuery { Embedding = [0.5f, -1.25f], ModelVersion = "m1", EncoderVersion = "e1" },
        new QueryCode { Code = [1, 2, 254], EncoderVersion = "e1" },
        new ExtractQueryFeatures { Image = Bytes, ModelVersion = "m1" },
        new QueryFeatures { Embedding = [0.5f, -1.25f], ModelVersion = "m1", ContentHash = new string('a', 64) },
        new RequestRefused { Reason = RefusalReasons.UnknownImage, Detail = "no such image" },
        new SearchImages
        {
            Collection = "photos", Tenant = "acme", Image = Bytes, ImageId = Image, Mode = SearchModes.Hash, Limit = 5,
            Rerank = RerankModes.Geometric, Labels = ["holiday"],
        },
        new SearchResults
        {
            Hits =
            [
                new SearchHit
                {
                    ImageId = Image, ExternalIds = ["camera-7/0001.jpg"], Labels = ["holiday"], Score = 0.875, HammingDistance = 3, Inliers = 42,
                    Match = MatchKinds.NearDuplicate, Verdict = PairVerdicts.Same,
                },
            ],
            TimingsMs = new Dictionary<string, double> { ["index"] = 1.5 }, VocabularyVersion = "v1",
            ModelVersion = "m1", EncoderVersion = "e1",
        },
        new VerifyCandidates { Collection = "photos", Tenant = "acme", Image = Bytes, ImageId = Image, WithPoints = true, Candidates = [Upload] },
        new CandidatesVerified
        {
            Candidates = [new CandidateVerification { ImageId = Upload, Inliers = 42, Verified = true, CentralSupport = 0.25, Homography = [1, 0, 0.5, 0, 1, -0.5, 0, 0, 1], Points = [new MatchedPoint(1.5, 2, 3, 4.5)] }],
        },
    }.ToDictionary(sample => sample.GetType().Name);

    /// <summary>Parts of messages, which the samples above contain.</summary>
    public static IReadOnlySet<Type> Parts { get; } = new HashSet<Type> { typeof(SearchHit), typeof(CandidateVerification), typeof(MinedPair), typeof(NeighbourLists), typeof(ImageNeighbours), typeof(NearImage), typeof(ImageToEmbed), typeof(EndpointReport), typeof(DurationCount), typeof(MatchedPoint) };
}
