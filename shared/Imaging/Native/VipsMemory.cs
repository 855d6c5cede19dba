namespace Pipeline.Imaging.Native;

/// <summary>Pixels in memory that libvips allocated; freed on dispose.</summary>
internal sealed unsafe class VipsMemory(void* data, int length) : IDisposable
{
    private void* _data = data;

    internal ReadOnlySpan<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_data == null, this);
            return new(_data, length);
        }
    }

    public void Dispose()
    {
        NativeMethods.Free(_data);
        _data = null;
    }
}
