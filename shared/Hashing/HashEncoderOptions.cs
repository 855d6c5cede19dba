using System.ComponentModel.DataAnnotations;

namespace Pipeline.Hashing;

/// <summary>The hash encoder that a collection begins with. Section <see cref="SectionName"/>.</summary>
public sealed class HashEncoderOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Hashing";

    /// <summary>Length of the codes; a multiple of 8.</summary>
    [Range(16, 256)]
    public int Bits { get; set; } = 64;

    /// <summary>Chooses the random hyperplanes.</summary>
    public ulong Seed { get; set; } = RandomHyperplanes.DefaultSeed;

    /// <summary>An ONNX encoder instead of random hyperplanes; <see cref="Bits"/> and <see cref="Seed"/> are then unused.</summary>
    public string? ModelPath { get; set; }

    /// <summary>Expected SHA-256 of the encoder, 64 hexadecimal digits; null accepts any.</summary>
    [RegularExpression("^[0-9a-fA-F]{64}$", ErrorMessage = "Sha256 must be 64 hexadecimal digits.")]
    public string? Sha256 { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Bits % 8 != 0)
        {
            yield return new ValidationResult("Hashing:Bits must be a multiple of 8.");
        }

        if (ModelPath is not null && !File.Exists(ModelPath))
        {
            yield return new ValidationResult($"Hashing:ModelPath: there is no file {ModelPath}.");
        }
    }
}
