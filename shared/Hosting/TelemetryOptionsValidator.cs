using Microsoft.Extensions.Options;

namespace Pipeline.Hosting;

/// <summary>Refuses an endpoint or a ratio that cannot work.</summary>
internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        if (options.OtlpEndpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https")))
        {
            return ValidateOptionsResult.Fail("Telemetry:OtlpEndpoint must be an absolute http or https address.");
        }

        if (!Enum.IsDefined(options.OtlpProtocol) || !Enum.IsDefined(options.Logs))
        {
            return ValidateOptionsResult.Fail("Telemetry:OtlpProtocol must be Grpc or Http, and Telemetry:Logs Text or Json.");
        }

        return options.TraceSampleRatio is >= 0 and <= 1
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Telemetry:TraceSampleRatio must be 0 to 1.");
    }
}
