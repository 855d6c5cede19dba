using Microsoft.Extensions.Configuration;
using Pipeline.Learning;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>The defaults, or what is tried instead of them.</summary>
internal static class Recipe
{
    /// <summary>Reads <c>Fidelity=2,Contrast=1</c> over the defaults.</summary>
    public static LearningOptions Parse(string settings)
    {
        var pairs = settings.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=', 2)).ToArray();
        if (pairs.FirstOrDefault(pair => pair.Length != 2 || typeof(LearningOptions).GetProperty(pair[0]) is null) is { } odd)
        {
            throw new ArgumentException($"{string.Join('=', odd)} sets nothing of {nameof(LearningOptions)}.");
        }

        return new ConfigurationBuilder().AddInMemoryCollection(pairs.ToDictionary(pair => pair[0], pair => (string?)pair[1])).Build().Get<LearningOptions>()
            ?? new LearningOptions();
    }
}
