namespace Pipeline.Hosting;

/// <summary>Something that must hold before a process starts, checked by <see cref="PipelineProcess.RunPipelineAsync"/>.</summary>
public interface IStartCheck
{
    /// <summary>Checks it.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">It does not hold; the message says what to change.</exception>
    void Check();
}
