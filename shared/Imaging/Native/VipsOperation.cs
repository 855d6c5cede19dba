using System.Globalization;

namespace Pipeline.Imaging.Native;

/// <summary>
/// One call of a libvips operation by its nickname: set the arguments, then run it.
/// Images that go in are referenced by the result for as long as it needs them.
/// </summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private readonly string _name;
    private nint _operation;

    internal VipsOperation(string name)
    {
        VipsRuntime.EnsureStarted();
        _name = name;
        _operation = NativeMethods.NewOperation(name);
        if (_operation == 0)
        {
            throw new VipsException(name, VipsRuntime.TakeError());
        }
    }

    internal VipsOperation Set(string argument, VipsImage image)
    {
        NativeMethods.GValue value = default;
        NativeMethods.InitValue(&value, NativeMethods.TypeObject);
        NativeMethods.SetObject(&value, image);
        NativeMethods.SetProperty(_operation, argument, &value);
        NativeMethods.UnsetValue(&value);
        return this;
    }

    /// <summary>Sets a buffer, which must stay pinned until the image that is loaded from it is gone.</summary>
    internal VipsOperation Set(string argument, void* data, int length)
    {
        NativeMethods.GValue value = default;
        NativeMethods.InitValue(&value, NativeMethods.BlobType());
        NativeMethods.SetBlob(&value, 0, data, (nuint)length);
        NativeMethods.SetProperty(_operation, argument, &value);
        NativeMethods.UnsetValue(&value);
        return this;
    }

    internal VipsOperation Set(string argument, int value) => Set(argument, value.ToString(CultureInfo.InvariantCulture));

    internal VipsOperation Set(string argument, double value) => Set(argument, value.ToString("R", CultureInfo.InvariantCulture));

    internal VipsOperation Set(string argument, bool value) => Set(argument, value ? "true" : "false");

    /// <summary>Sets an enumeration by its nickname, an array by its numbers separated by blanks, or a string.</summary>
    internal VipsOperation Set(string argument, string value)
    {
        if (NativeMethods.SetArgument(_operation, argument, value) != 0)
        {
            throw new VipsException(_name, VipsRuntime.TakeError());
        }

        return this;
    }

    /// <summary>Runs the operation and returns its output image.</summary>
    internal VipsImage Run(string output = "out")
    {
        Build();
        NativeMethods.GValue value = default;
        NativeMethods.InitValue(&value, NativeMethods.TypeObject);
        NativeMethods.GetProperty(_operation, output, &value);
        var image = NativeMethods.DuplicateObject(&value);
        NativeMethods.UnsetValue(&value);
        return new VipsImage(image);
    }

    /// <summary>Runs a saver and returns the encoded bytes.</summary>
    internal byte[] RunToBytes()
    {
        Build();
        NativeMethods.GValue value = default;
        NativeMethods.InitValue(&value, NativeMethods.BlobType());
        NativeMethods.GetProperty(_operation, "buffer", &value);
        nuint length;
        var data = NativeMethods.GetBlob(NativeMethods.GetBoxed(&value), &length);
        var bytes = new ReadOnlySpan<byte>(data, checked((int)length)).ToArray();
        NativeMethods.UnsetValue(&value);
        return bytes;
    }

    public void Dispose()
    {
        if (_operation != 0)
        {
            // The operation holds one reference to each of its outputs, the caller has its own.
            NativeMethods.UnrefOutputs(_operation);
            NativeMethods.Unref(_operation);
            _operation = 0;
        }
    }

    private void Build()
    {
        var built = NativeMethods.BuildOperation(_operation);
        if (built == 0)
        {
            throw new VipsException(_name, VipsRuntime.TakeError());
        }

        NativeMethods.Unref(_operation);
        _operation = built;
    }
}
