using Microsoft.Extensions.Options;

namespace Pipeline.Imaging;

/// <summary>Refuses limits that cannot work, at start.</summary>
public sealed class ImagingOptionsValidator : IValidateOptions<ImagingOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, ImagingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<string> failures = [];
        Check(options.MaxBytes is >= 1024 and <= 1L << 30, "Imaging:MaxBytes must lie in 1 KiB..1 GiB.");
        Check(options.MaxPixels is >= 4096 and <= 1_000_000_000, "Imaging:MaxPixels must lie in 4096..1 000 000 000.");
        Check(
            options.MaxBufferedPixels >= 4096 && options.MaxBufferedPixels <= options.MaxPixels,
            "Imaging:MaxBufferedPixels must lie in 4096..MaxPixels.");
        Check(options.MaxFrames is >= 1 and <= 100_000, "Imaging:MaxFrames must lie in 1..100 000.");
        Check(options.MinSide is >= 1 and <= 1024, "Imaging:MinSide must lie in 1..1024.");
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
