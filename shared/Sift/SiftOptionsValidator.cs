using Microsoft.Extensions.Options;

namespace Pipeline.Sift;

/// <summary>Refuses settings that cannot work, at start.</summary>
public sealed class SiftOptionsValidator : IValidateOptions<SiftOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SiftOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<string> failures = [];
        Check(options.MaxKeypoints is >= 10 and <= SiftFeatures.MaxCount, $"Sift:MaxKeypoints must lie in 10..{SiftFeatures.MaxCount}.");
        Check(options.MaxSide is >= 64 and <= 4096, "Sift:MaxSide must lie in 64..4096.");
        Check(options.ContrastThreshold is > 0 and < 1, "Sift:ContrastThreshold must lie in (0, 1).");
        Check(options.EdgeThreshold is > 1 and < 1000, "Sift:EdgeThreshold must lie in (1, 1000).");
        Check(options.RatioTest is > 0 and <= 1, "Sift:RatioTest must lie in (0, 1].");
        Check(options.RansacThreshold is > 0 and <= 100, "Sift:RansacThreshold must lie in (0, 100] pixels.");
        Check(options.RansacIterations is >= 1 and <= 100_000, "Sift:RansacIterations must lie in 1..100 000.");
        Check(options.RansacConfidence is > 0 and < 1, "Sift:RansacConfidence must lie in (0, 1).");
        Check(options.MinInliers is >= 5 and <= 1000, "Sift:MinInliers must lie in 5..1000: four pairs fit any homography.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool holds, string failure)
        {
            if (!holds)
            {
                failures.Add(failure);
            }
        }
    }
}
