using Pipeline.HashEncoding;
using Pipeline.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("hash-encoding");
builder.Services.AddHashEncoding(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.MapPipelineHost();
return await app.RunPipelineAsync();
