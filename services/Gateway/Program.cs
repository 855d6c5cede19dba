using Pipeline.Gateway;
using Pipeline.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("gateway", "http://127.0.0.1:8080");
builder.Services.AddGateway(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.MapGateway();
app.MapPipelineHost();
return await app.RunPipelineAsync();
