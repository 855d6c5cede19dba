using Microsoft.Extensions.Options;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>Checks what depends on several settings.</summary>
internal sealed class QdrantOptionsValidator : IValidateOptions<QdrantOptions>
{
    public ValidateOptionsResult Validate(string? name, QdrantOptions options)
    {
        var failures = new List<string>();
        if (options.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" })
        {
            failures.Add($"{QdrantOptions.Section}:Url must be an http or https address without user, query and fragment.");
        }
        else if (options.ApiKey.Length > 0 && options.Url is { Scheme: "http", IsLoopback: false } && !options.AllowInsecureKey)
        {
            failures.Add($"{QdrantOptions.Section}:ApiKey would cross the network in the clear: use https, or allow it by {QdrantOptions.Section}:AllowInsecureKey.");
        }

        if (options.ApiKey.Any(c => c is < '!' or > '~'))
        {
            failures.Add($"{QdrantOptions.Section}:ApiKey has characters that no header can carry.");
        }

        if (options is { Replicas: > 0 } && options.WriteConsistency > options.Replicas)
        {
            failures.Add($"{QdrantOptions.Section}:WriteConsistency must not be above Replicas: no write would ever be done.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
