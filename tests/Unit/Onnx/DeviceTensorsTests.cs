using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class DeviceTensorsTests
{
    [Theory]
    [InlineData(new long[] { 6 })]
    [InlineData(new long[] { 2, 3 })]
    [InlineData(new long[] { 1, 3, 2 })]
    public void What_is_uploaded_is_downloaded(long[] shape)
    {
        using var device = new DeviceTensors(OnnxFixture.Sessions);
        float[] values = [1, -2, 3.5f, 0, float.MaxValue, 6];
        using OrtValue tensor = device.Upload(values, shape);
        values[0] = 7;
        Assert.Equal([1, -2, 3.5f, 0, float.MaxValue, 6], device.Download(tensor, shape));
    }

    [Fact]
    public void One_run_s_output_is_the_next_one_s_input()
    {
        var graph = new OnnxGraphBuilder("double");
        string x = graph.Input("x", OnnxElementType.Float, 3);
        graph.Output(graph.Node("Add", "y", [x, x]), OnnxElementType.Float, 3);
        using InferenceSession session = OnnxFixture.Sessions.Create(graph.Build());
        using var device = new DeviceTensors(OnnxFixture.Sessions);
        using OrtValue first = device.Upload([1, 2, 3], 3);
        using OrtValue second = device.Allocate(3);
        using var run = new RunOptions();

        session.Run(run, ["x"], [first], ["y"], [second]);
        session.Run(run, ["x"], [second], ["y"], [first]);

        Assert.Equal([2, 4, 6], device.Download(second, 3));
        Assert.Equal([4, 8, 12], device.Download(first, 3));
    }

    [Fact]
    public void Refuses_values_that_do_not_fill_the_shape()
    {
        using var device = new DeviceTensors(OnnxFixture.Sessions);
        Assert.Throws<ArgumentException>(() => device.Upload([1, 2, 3], 2, 2));
    }
}
