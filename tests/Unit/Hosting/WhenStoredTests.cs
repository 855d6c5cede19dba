using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Hosting;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Hosting;

public sealed class WhenStoredTests
{
    [Fact]
    public async Task Work_at_start_waits_for_its_store()
    {
        var attempts = 0;

        await WhenStored.DoAsync(
            _ => ++attempts < 3 ? throw new StorageUnavailableException("away", null) : Task.CompletedTask, "work", NullLogger.Instance, CancellationToken.None);

        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task What_no_wait_can_mend_is_thrown()
    {
        var attempts = 0;

        await Assert.ThrowsAsync<InvalidDataException>(() => WhenStored.DoAsync(
            _ => ++attempts > 0 ? throw new InvalidDataException() : Task.CompletedTask, "work", NullLogger.Instance, CancellationToken.None));

        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task A_process_that_ends_does_not_wait()
    {
        using var ends = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<Exception>(() => WhenStored.DoAsync(
            async _ =>
            {
                await ends.CancelAsync();
                throw new StorageUnavailableException("away", null);
            },
            "work", NullLogger.Instance, ends.Token)).WaitAsync(TimeSpan.FromMinutes(1));
    }
}
