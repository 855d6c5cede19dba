using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx;

/// <summary>
/// Makes ONNX Runtime sessions on the configured execution provider. The provider is settled once, when the factory
/// is made, by opening a one-operator model on it: the library lists CUDA whether or not it works.
/// </summary>
/// <remarks>
/// Sessions made here are safe for concurrent <c>Run</c> calls. They run operators one after the other on
/// <see cref="OnnxOptions.IntraOpThreads"/> threads that do not spin while idle, because workers share their cores.
/// </remarks>
public sealed partial class OnnxSessionFactory
{
    private readonly OnnxOptions _options;
    private readonly ILogger<OnnxSessionFactory> _logger;

    /// <summary>Settles the execution provider.</summary>
    /// <exception cref="OnnxProviderUnavailableException">CUDA or TensorRT was asked for by name and does not work here.</exception>
    public OnnxSessionFactory(IOptions<OnnxOptions> options, ILogger<OnnxSessionFactory> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        _options = options.Value;
        _logger = logger;
        ActiveProvider = Settle();
        LogProvider(ActiveProvider, _options.IntraOpThreads);
    }

    /// <summary>The provider that sessions run on; never <see cref="OnnxProvider.Auto"/>.</summary>
    public OnnxProvider ActiveProvider { get; }

    /// <summary>Opens a session.</summary>
    /// <param name="model">A serialised ONNX model, weights included.</param>
    /// <param name="intraOpThreads">Threads inside one operator on the CPU; null takes those of the options, 0 every core.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime does not accept the model.</exception>
    public InferenceSession Create(ReadOnlyMemory<byte> model, int? intraOpThreads = null)
    {
        try
        {
            return Open(model, ActiveProvider, intraOpThreads ?? _options.IntraOpThreads);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException("ONNX Runtime does not accept the model: " + exception.Message, exception);
        }
    }

    /// <summary>Where the sessions' values lie: the GPU's memory, or this process's.</summary>
    internal OrtMemoryInfo DeviceMemory() => ActiveProvider == OnnxProvider.Cpu
        ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default)
        : new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, _options.DeviceId, OrtMemType.Default);

    private OnnxProvider Settle()
    {
        if (_options.Provider == OnnxProvider.Cpu)
        {
            return OnnxProvider.Cpu;
        }

        OnnxProvider wished = _options.Provider == OnnxProvider.Auto ? OnnxProvider.Cuda : _options.Provider;
        try
        {
            using InferenceSession probe = Open(ProbeModel(), wished, _options.IntraOpThreads);
            return wished;
        }
        // A build without the provider lacks the entry point, a host without the driver fails inside the runtime.
        catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            if (_options.Provider != OnnxProvider.Auto)
            {
                throw new OnnxProviderUnavailableException(wished, exception);
            }

            LogFallback(FirstLine(exception.Message));
            return OnnxProvider.Cpu;
        }
    }

    private InferenceSession Open(ReadOnlyMemory<byte> model, OnnxProvider provider, int intraOpThreads)
    {
        using var session = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = intraOpThreads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (provider == OnnxProvider.TensorRt)
        {
            AppendTensorRt(session);
        }

        if (provider is OnnxProvider.TensorRt or OnnxProvider.Cuda)
        {
            AppendCuda(session);
        }

        return new InferenceSession(model.ToArray(), session);
    }

    private void AppendCuda(SessionOptions session)
    {
        using var cuda = new OrtCUDAProviderOptions();
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = _options.DeviceId.ToString(CultureInfo.InvariantCulture),
            ["arena_extend_strategy"] = "kSameAsRequested",
            ["use_tf32"] = _options.AllowTf32 ? "1" : "0",
        };
        if (_options.GpuMemoryLimitMb > 0)
        {
            settings["gpu_mem_limit"] = ((long)_options.GpuMemoryLimitMb << 20).ToString(CultureInfo.InvariantCulture);
        }

        cuda.UpdateOptions(settings);
        session.AppendExecutionProvider_CUDA(cuda);
    }

    private void AppendTensorRt(SessionOptions session)
    {
        using var tensorRt = new OrtTensorRTProviderOptions();
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = _options.DeviceId.ToString(CultureInfo.InvariantCulture),
        };
        if (_options.TensorRtCacheDirectory is { Length: > 0 } cache)
        {
            settings["trt_engine_cache_enable"] = "1";
            settings["trt_engine_cache_path"] = cache;
        }

        tensorRt.UpdateOptions(settings);
        session.AppendExecutionProvider_Tensorrt(tensorRt);
    }

    private static byte[] ProbeModel()
    {
        var graph = new OnnxGraphBuilder("probe");
        string input = graph.Input("x", OnnxElementType.Float, 1);
        graph.Output(graph.Node("Relu", "y", [input]), OnnxElementType.Float, 1);
        return graph.Build();
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();

    [LoggerMessage(Level = LogLevel.Warning, Message = "No usable GPU, models run on the CPU: {Reason}")]
    private partial void LogFallback(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "ONNX Runtime runs on {Provider}, {Threads} thread(s) per operator")]
    private partial void LogProvider(OnnxProvider provider, int threads);
}
