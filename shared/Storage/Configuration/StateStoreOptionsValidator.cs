using Microsoft.Extensions.Options;

namespace Pipeline.Storage;

/// <summary>Checks that the chosen provider has what it needs.</summary>
internal sealed class StateStoreOptionsValidator : IValidateOptions<StateStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, StateStoreOptions options)
    {
        var failures = new List<string>();
        if (!Enum.IsDefined(options.Provider))
        {
            failures.Add($"{StateStoreOptions.Section}:Provider must be Sqlite or Redis.");
        }

        if (options.Provider == StateProvider.Sqlite && string.IsNullOrWhiteSpace(options.Path))
        {
            failures.Add($"{StateStoreOptions.Section}:Path is needed with Sqlite.");
        }

        if (options.Provider == StateProvider.Redis && string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            failures.Add($"{StateStoreOptions.Section}:ConnectionString is needed with Redis.");
        }

        if (options.KeyPrefix is null)
        {
            failures.Add($"{StateStoreOptions.Section}:KeyPrefix must not be null.");
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > StateStoreOptions.MaxTimeout)
        {
            failures.Add($"{StateStoreOptions.Section}:Timeout must be above zero and at most {StateStoreOptions.MaxTimeout}.");
        }

        if (options.Replicas is < 0 or > 5)
        {
            failures.Add($"{StateStoreOptions.Section}:Replicas must be 0 to 5.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
