// The integration tests start Debian's servers and bash scripts.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
