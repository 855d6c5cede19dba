using Pipeline.CnnExtraction;
using Pipeline.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("cnn-extraction");
builder.Services.AddCnnExtraction(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.MapPipelineHost();
return await app.RunPipelineAsync();
