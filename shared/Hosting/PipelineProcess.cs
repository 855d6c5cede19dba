using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pipeline.Hosting;

/// <summary>Runs a service as a process.</summary>
public static class PipelineProcess
{
    /// <summary>Exit status of a process that refused to start with its configuration.</summary>
    public const int Refused = 1;

    /// <summary>
    /// Checks the configuration, then runs until the process is asked to end. A configuration that cannot work is the
    /// operator's to mend, so it is told in one line on standard error and not as the stack of an exception.
    /// </summary>
    /// <returns>The process's exit status: 0, or <see cref="Refused"/>.</returns>
    public static async Task<int> RunPipelineAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
            foreach (var check in app.Services.GetServices<IStartCheck>())
            {
                check.Check();
            }
        }
        catch (Exception e) when (FailuresOf(e) is { } failures)
        {
            await Console.Error.WriteLineAsync($"Not started: {string.Join(" ", failures)}");
            await app.DisposeAsync();
            return Refused;
        }

        await app.RunAsync();
        return 0;
    }

    // Several options that are wrong come as one exception that holds theirs.
    private static IEnumerable<string>? FailuresOf(Exception exception) => exception switch
    {
        OptionsValidationException e => e.Failures,
        AggregateException { InnerExceptions: var all } when all.All(e => e is OptionsValidationException) =>
            all.Cast<OptionsValidationException>().SelectMany(e => e.Failures),
        _ => null,
    };
}
