using Microsoft.Extensions.Options;
using Pipeline.Neighbours.Words;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>Reports settings of the training that are out of range when the process starts.</summary>
internal sealed class VocabularyOptionsValidator : IValidateOptions<VocabularyOptions>
{
    public ValidateOptionsResult Validate(string? name, VocabularyOptions options)
    {
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentOutOfRangeException e)
        {
            return ValidateOptionsResult.Fail($"{VocabularyTrainingOptions.SectionName}: {e.Message}");
        }
    }
}
