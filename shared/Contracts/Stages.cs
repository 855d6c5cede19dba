namespace Pipeline.Contracts;

/// <summary>Names of the stages, as they appear in events, statuses and metrics.</summary>
public static class Stages
{
    /// <summary>Fetches, checks and stores the bytes.</summary>
    public const string Upload = "upload";

    /// <summary>Local features.</summary>
    public const string Sift = "sift";

    /// <summary>Global features.</summary>
    public const string Cnn = "cnn";

    /// <summary>Binary codes.</summary>
    public const string Hash = "hash";

    /// <summary>Binary codes of the encoder that is to serve next, while the collection changes its encoder.</summary>
    public const string NextHash = "next-hash";

    /// <summary>Embeddings and codes of the generation that is to serve next, while one is filled.</summary>
    public const string NextModel = "next-model";

    /// <summary>Embeddings and codes of the generation that served before, while it is kept for a roll-back.</summary>
    public const string PreviousModel = "previous-model";

    /// <summary>Training of hash encoders and models; concerns a collection, not one image.</summary>
    public const string Training = "training";

    /// <summary>Bags of visual words, once the collection has a vocabulary; the image does not wait for it.</summary>
    public const string Words = "words";

    /// <summary>Bags of visual words of the vocabulary that is to serve next, while a generation with another one is filled.</summary>
    public const string NextWords = "next-words";

    /// <summary>Bags of visual words of the vocabulary that served before, while its generation is kept for a roll-back.</summary>
    public const string PreviousWords = "previous-words";

    /// <summary>Neighbours, pairs, embedded vectors; comes after indexing.</summary>
    public const string Mining = "mining";

    /// <summary>Fan-in and the vector index.</summary>
    public const string Index = "index";
}
