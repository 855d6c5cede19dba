using Xunit;

namespace Pipeline.Tests.Integration.Storage;

/// <summary>A test that mounts a small tmpfs; skipped for those who may not mount.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !Tmpfs.CanMount)
        {
            Skip = "Mounting a tmpfs needs root on Linux.";
        }
    }
}
