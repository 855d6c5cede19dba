namespace Pipeline.Messaging.Policy;

/// <summary>The right to make one attempt. Disposed without a verdict it says nothing about the dependency.</summary>
internal sealed class CircuitLease(EndpointCircuit circuit, bool isProbe) : IDisposable
{
    private bool _settled;

    /// <summary>The attempt succeeded: if it was the probe, consumption goes on.</summary>
    public void Passed()
    {
        _settled = true;
        if (isProbe)
        {
            circuit.ProbePassed();
        }
    }

    /// <summary>The attempt met a dependency that is away.</summary>
    public void Failed(string dependency, Exception error)
    {
        _settled = true;
        circuit.Failed(dependency, error, isProbe);
    }

    public void Dispose()
    {
        if (!_settled && isProbe)
        {
            circuit.ProbeUndecided();
        }

        _settled = true;
    }
}
