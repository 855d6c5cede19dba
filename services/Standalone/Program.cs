using Pipeline.Hosting;
using Pipeline.Standalone;
using Pipeline.Standalone.Demo;

if (args is ["demo", .. var demoArgs])
{
    return await DemoCommand.RunAsync(demoArgs);
}

return await StandaloneHost.Build(args).RunPipelineAsync();
