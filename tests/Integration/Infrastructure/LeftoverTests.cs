using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Infrastructure;

public sealed class LeftoverTests
{
    [Fact]
    public async Task A_process_that_a_run_left_behind_is_found_and_ended_and_no_other()
    {
        var mark = $"LEFTOVER_MARK={Guid.NewGuid():N}";
        var result = await Script.RunAsync($"""
            . infra/lib/leftovers.sh
            env {mark} setsid sleep 300 > /dev/null 2>&1 < /dev/null & left=$!
            env {mark}0 setsid sleep 300 > /dev/null 2>&1 < /dev/null & other=$!
            until [ "$(tr '\0' ' ' < /proc/$left/cmdline)" = "sleep 300 " ] && [ "$(tr '\0' ' ' < /proc/$other/cmdline)" = "sleep 300 " ]; do sleep 0.05; done
            LEFTOVER_GRACE=0 end_marked {mark}; echo "status $?"
            for i in $(seq 200); do kill -0 "$left" 2> /dev/null || break; sleep 0.05; done
            kill -0 "$left" 2> /dev/null && echo "left lives"
            kill -0 "$other" 2> /dev/null && echo "other lives"
            kill "$other"
            """);

        Assert.Contains("sleep 300", result.Output, StringComparison.Ordinal);
        Assert.Contains("status 1", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("left lives", result.Output, StringComparison.Ordinal);
        Assert.Contains("other lives", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_cleaned_up_after_itself_is_left_in_peace()
    {
        var result = await Script.RunAsync($". infra/lib/leftovers.sh; end_marked LEFTOVER_MARK={Guid.NewGuid():N}; echo \"status $?\"");

        Assert.Equal("status 0\n", result.Output);
    }
}
