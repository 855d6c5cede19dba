using Pipeline.Indexing;
using Pipeline.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("indexing");
builder.Services.AddIndexing(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.MapPipelineHost();
return await app.RunPipelineAsync();
