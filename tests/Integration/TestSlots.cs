using System.Collections.Concurrent;
using System.Reflection;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Pipeline.Tests.Integration.TestSlots", "Pipeline.Tests.Integration")]

namespace Pipeline.Tests.Integration;

/// <summary>
/// Runs half as many collections again as there are cores side by side, since tests of servers wait more than they calculate, and begins them
/// strictly in their order: xunit's own threads race for the next one, and what takes longest would come last by chance.
/// </summary>
public sealed class TestSlots(IMessageSink diagnosticMessageSink) : XunitTestFramework(diagnosticMessageSink)
{
    private static int Count => Math.Max(2, Environment.ProcessorCount * 3 / 2);

    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assemblyName, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assemblyName, sources, diagnostics)
    {
#pragma warning disable VSTHRD100 // The signature is xunit's.
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
#pragma warning restore VSTHRD100
        {
            using var runner = new Runner(TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(
        ITestAssembly assembly, IEnumerable<IXunitTestCase> testCases, IMessageSink diagnostics, IMessageSink messages, ITestFrameworkExecutionOptions options)
        : XunitTestAssemblyRunner(assembly, testCases, diagnostics, messages, options)
    {
        protected override async Task<RunSummary> RunTestCollectionsAsync(IMessageBus messageBus, CancellationTokenSource cancellationTokenSource)
        {
            var waiting = new ConcurrentQueue<Tuple<ITestCollection, List<IXunitTestCase>>>(OrderTestCollections());
            var total = new RunSummary();
            foreach (var summary in await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(RunOneByOneAsync))))
            {
                total.Aggregate(summary);
            }

            return total;

            async Task<RunSummary> RunOneByOneAsync()
            {
                var own = new RunSummary();
                while (!cancellationTokenSource.IsCancellationRequested && waiting.TryDequeue(out var next))
                {
                    own.Aggregate(await RunTestCollectionAsync(messageBus, next.Item1, next.Item2, cancellationTokenSource));
                }

                return own;
            }
        }
    }
}
