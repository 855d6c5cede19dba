using Pipeline.Standalone;
using Pipeline.Standalone.Demo;

if (args is ["demo", .. var demoArgs])
{
    return await DemoCommand.RunAsync(demoArgs);
}

var app = StandaloneHost.Build(args);
await app.RunAsync();
return 0;
