using Pipeline.SiftExtraction;
using Pipeline.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("sift-extraction");
builder.Services.AddSiftExtraction(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.MapPipelineHost();
return await app.RunPipelineAsync();
