using Pipeline.Hosting;
using Pipeline.ModelUpdating;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("model-updating");
builder.Services.AddModelUpdating(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.MapPipelineHost();
return await app.RunPipelineAsync();
