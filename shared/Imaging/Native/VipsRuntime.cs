using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Imaging.Native;

/// <summary>Starts libvips once a process, closed down to the loaders that are wanted.</summary>
internal static unsafe class VipsRuntime
{
    private static readonly string[] AllowedLoaders =
    [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
        "VipsForeignLoadNsgif", "VipsForeignLoadTiff", "VipsForeignLoadHeif",
    ];

    private static readonly Lazy<bool> Started = new(Start);

    /// <exception cref="DllNotFoundException">libvips is not installed.</exception>
    internal static void EnsureStarted() => _ = Started.Value;

    /// <summary>What libvips wrote to its error buffer, which is then empty. One buffer serves all threads.</summary>
    internal static string TakeError()
    {
        var text = NativeMethods.TakeErrorBuffer();
        try
        {
            return (Marshal.PtrToStringUTF8((nint)text) ?? "").Trim().ReplaceLineEndings("; ");
        }
        finally
        {
            NativeMethods.Free(text);
        }
    }

    private static bool Start()
    {
        try
        {
            // libvips would load every plug-in of its folder, and into the global name space. One of them (for
            // microscope slides) brings a second SQLite, whose functions then stand in for those of the first: the
            // process dies in the database. A home without plug-ins keeps them all out; the one that is wanted follows.
            NativeMethods.SetEnvironment("VIPSHOME", "/nonexistent", overwrite: 1);
            var failed = NativeMethods.Init("pipeline") != 0;
            NativeMethods.UnsetEnvironment("VIPSHOME");
            if (failed)
            {
                throw new InvalidOperationException("libvips does not start: " + TakeError());
            }

            LoadHeif();
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException("libvips is missing. Install the packages libvips42 and libheif1.", e);
        }

        // A warning per odd image (unknown tag, profile ignored) on stderr is noise; errors come back as return values.
        NativeMethods.SetLogHandler("VIPS", NativeMethods.LogBelowCritical, &IgnoreLog, null);

        // Workers parallelise over messages: one thread per operation keeps the cores free of oversubscription.
        NativeMethods.SetConcurrency(1);
        // No image is decoded twice, so the operation cache would only hold memory (and pointers to unpinned buffers).
        NativeMethods.SetCacheMax(0);

        // Everything that is not on the list is off, whatever this build of libvips was compiled with.
        NativeMethods.BlockUntrusted(1);
        NativeMethods.BlockOperation("VipsForeignLoad", 1);
        foreach (var loader in AllowedLoaders)
        {
            NativeMethods.BlockOperation(loader, 0);
        }

        return true;
    }

    /// <summary>Loads the plug-in for HEIC and AVIF from beside libvips; other builds have it inside, and no such file.</summary>
    private static void LoadHeif()
    {
        var library = File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .First(path => Path.GetFileName(path).StartsWith("libvips.so", StringComparison.Ordinal));
        var plugin = Directory.EnumerateDirectories(Path.GetDirectoryName(library)!, "vips-modules-*")
            .Select(folder => Path.Combine(folder, "vips-heif.so"))
            .FirstOrDefault(File.Exists);
        if (plugin is not null && NativeMethods.OpenModule(plugin, NativeMethods.BindLocal) == 0)
        {
            throw new InvalidOperationException($"The libvips plug-in {plugin} does not load.");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IgnoreLog(byte* domain, int level, byte* message, void* userData)
    {
    }
}
