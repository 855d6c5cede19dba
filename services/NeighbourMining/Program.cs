using Pipeline.Hosting;
using Pipeline.NeighbourMining;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("neighbour-mining");
builder.Services.AddNeighbourMining(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.MapPipelineHost();
return await app.RunPipelineAsync();
