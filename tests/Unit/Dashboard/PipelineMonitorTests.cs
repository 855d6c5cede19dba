using Microsoft.Extensions.Options;
using Pipeline.Contracts.Events;
using Pipeline.Dashboard;
using Pipeline.Dashboard.Live;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

public sealed class PipelineMonitorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly HandTime _time = new();
    private readonly PipelineMonitor _monitor;

    public PipelineMonitorTests() => _monitor = Monitor();

    [Fact]
    public void What_was_never_heard_of_is_unknown_and_has_no_figures()
    {
        var stage = _monitor.Stage(FlowStage.All[0]);

        Assert.Equal(StageState.Unknown, stage.State);
        Assert.Null(stage.Rate);
        Assert.Null(stage.InFlight);
        Assert.Null(stage.Rejected);
        Assert.Null(stage.Queued);
    }

    [Fact]
    public void A_rate_is_what_all_processes_did_between_their_reports()
    {
        var (one, two) = (new Worker(_time), new Worker(_time));
        foreach (var done in (long[])[100, 110, 120])
        {
            _monitor.Add(one.Report(Upload(done)));
            _monitor.Add(two.Report(Upload(done / 2)));
            _time.Move(Second);
        }

        var stage = _monitor.Stage(FlowStage.All[0]);
        Assert.Equal(15, stage.Rate!.Value, 6);
        Assert.Equal(2, stage.Processes);
    }

    [Fact]
    public void What_a_process_did_before_it_was_heard_of_did_not_happen_just_now()
    {
        var old = new Worker(_time, startedAt: _time.GetUtcNow() - TimeSpan.FromDays(1));
        _monitor.Add(old.Report(Upload(5000) with { Rejected = 7 }));
        Assert.Equal(0, _monitor.Stage(FlowStage.All[0]).Rejected);

        _time.Move(Second);
        _monitor.Add(old.Report(Upload(5000) with { Rejected = 9 }));
        Assert.Equal(2, _monitor.Stage(FlowStage.All[0]).Rejected);
    }

    [Fact]
    public void What_a_new_process_did_before_its_first_report_counts()
    {
        _time.Move(Second);
        _monitor.Add(new Worker(_time).Report(Upload(3) with { Rejected = 3 }));

        Assert.Equal(3, _monitor.Stage(FlowStage.All[0]).Rejected);
    }

    [Fact]
    public void An_endpoint_that_is_silent_for_more_than_a_week_is_forgotten_when_another_process_comes()
    {
        _monitor.Add(new Worker(_time).Report(Upload(1)));
        _time.Move(TimeSpan.FromDays(7));
        _monitor.Add(new Worker(_time).Report(Upload(1) with { Endpoint = "indexing" }));
        Assert.Equal(["indexing", "upload"], _monitor.Endpoints().Select(endpoint => endpoint.Name));

        _time.Move(Second);
        _monitor.Add(new Worker(_time).Report(Upload(1) with { Endpoint = "indexing" }));

        Assert.Equal(["indexing"], _monitor.Endpoints().Select(endpoint => endpoint.Name));
        Assert.Equal(StageState.Unknown, _monitor.Stage(FlowStage.All[0]).State);
    }

    [Fact]
    public void A_report_that_comes_late_or_twice_changes_nothing()
    {
        var worker = new Worker(_time);
        var first = worker.Report(Upload(1) with { Retries = 1 });
        _time.Move(Second);
        var second = worker.Report(Upload(2) with { Retries = 2 });
        foreach (var report in (ServiceReported[])[first, second, first, second])
        {
            _monitor.Add(report);
        }

        Assert.Equal(2, _monitor.Stage(FlowStage.All[0]).Retries);
    }

    [Fact]
    public void A_process_that_falls_silent_is_down_and_one_that_reports_again_is_not()
    {
        var worker = new Worker(_time);
        _monitor.Add(worker.Report(Upload(1)));
        Assert.Equal(StageState.Idle, _monitor.Stage(FlowStage.All[0]).State);

        var heard = _time.GetUtcNow();
        _time.Move(TimeSpan.FromSeconds(6));
        var down = _monitor.Stage(FlowStage.All[0]);
        Assert.Equal(StageState.Down, down.State);
        Assert.Equal(heard, down.SilentSince);
        Assert.False(down.Stopped);
        Assert.Null(down.Rate);

        _monitor.Add(worker.Report(Upload(1)));
        Assert.Equal(StageState.Idle, _monitor.Stage(FlowStage.All[0]).State);
    }

    [Fact]
    public void A_process_that_says_that_it_ends_is_down_at_once()
    {
        var worker = new Worker(_time);
        _monitor.Add(worker.Report(Upload(1)));
        _time.Move(Second);
        _monitor.Add(worker.Report(Upload(1)) with { Stopping = true });

        var stage = _monitor.Stage(FlowStage.All[0]);
        Assert.Equal(StageState.Down, stage.State);
        Assert.True(stage.Stopped);
    }

    [Fact]
    public void One_of_two_processes_that_ends_does_not_make_the_stage_down()
    {
        var (one, two) = (new Worker(_time), new Worker(_time));
        _monitor.Add(one.Report(Upload(1)) with { Stopping = true });
        _monitor.Add(two.Report(Upload(1)));

        Assert.Equal(StageState.Idle, _monitor.Stage(FlowStage.All[0]).State);
    }

    [Fact]
    public void A_paused_endpoint_makes_its_stage_paused_even_with_messages_in_flight()
    {
        _monitor.Add(new Worker(_time).Report(Upload(1) with { Paused = true, InFlight = 4 }));

        var stage = _monitor.Stage(FlowStage.All[0]);
        Assert.Equal(StageState.Paused, stage.State);
        Assert.Equal(4, stage.InFlight);
    }

    [Fact]
    public void Percentiles_are_of_the_last_minute_and_within_a_tenth()
    {
        var worker = new Worker(_time);
        _monitor.Add(worker.Report(Upload(0)));
        _time.Move(Second);
        _monitor.Add(worker.Report(Upload(100) with
        {
            Durations = [new DurationCount(DurationClasses.Of(0.040), 90), new DurationCount(DurationClasses.Of(0.900), 10)],
        }));

        var stage = _monitor.Stage(FlowStage.All[0]);
        Assert.InRange(stage.P50!.Value, 0.036, 0.044);
        Assert.InRange(stage.P95!.Value, 0.81, 0.99);

        _time.Move(TimeSpan.FromMinutes(2));
        Assert.Null(_monitor.Stage(FlowStage.All[0]).P50);
    }

    [Fact]
    public void A_bulk_queue_is_part_of_its_stage()
    {
        _monitor.Add(new Worker(_time).Report(Upload(0) with { InFlight = 1 }, Upload(0) with { Endpoint = "upload-bulk", InFlight = 2 }));
        _monitor.SetQueues("upload", new QueueLengths(10, 0, 0, 0));
        Assert.Null(_monitor.Stage(FlowStage.All[0]).Queued);

        _monitor.SetQueues("upload-bulk", new QueueLengths(5, 0, 1, 0));
        var stage = _monitor.Stage(FlowStage.All[0]);
        Assert.Equal(3, stage.InFlight);
        Assert.Equal(15, stage.Queued);
        Assert.Equal(1, stage.InError);
    }

    [Fact]
    public async Task A_restart_forgets_neither_history_nor_who_should_be_there()
    {
        await using var folder = new StateFolder();
        var worker = new Worker(_time);
        _monitor.Add(worker.Report(Upload(0)));
        _time.Move(Second);
        _monitor.Add(worker.Report(Upload(50) with { Retries = 3 }));
        var key = new StateKey("dashboard", "monitor");
        await folder.Store.TryCommitAsync(new StateTransaction().Put(key, _monitor.TakeChanges()!), CancellationToken.None);
        Assert.Null(_monitor.TakeChanges());

        _time.Move(TimeSpan.FromMinutes(1));
        var again = Monitor();
        again.Restore((await folder.Store.GetAsync<MonitorRecord>(key, CancellationToken.None))!);

        var stage = again.Stage(FlowStage.All[0]);
        Assert.Equal(StageState.Down, stage.State);
        Assert.Equal(3, stage.Retries);
        Assert.Equal(10, stage.History.Max(), 6);
    }

    [Fact]
    public void The_dashboard_s_own_queue_is_not_part_of_the_pipeline()
    {
        _monitor.Add(new Worker(_time).Report(Upload(0) with { Endpoint = ServiceReportedConsumerDefinition.EndpointName }));

        Assert.Empty(_monitor.Endpoints());
        Assert.Single(_monitor.Processes());
    }

    private static EndpointReport Upload(long done) => new() { Endpoint = "upload", Stage = "upload", Done = done };

    private PipelineMonitor Monitor() => new(_time, Options.Create(new DashboardOptions()));

    private sealed class Worker(TimeProvider time, DateTimeOffset? startedAt = null)
    {
        private readonly Guid _instance = Guid.NewGuid();
        private readonly DateTimeOffset _startedAt = startedAt ?? time.GetUtcNow();

        public ServiceReported Report(params EndpointReport[] endpoints) => new()
        {
            Service = "upload", Instance = _instance, Process = "here:1", StartedAt = _startedAt, At = time.GetUtcNow(), Endpoints = endpoints,
        };
    }
}
