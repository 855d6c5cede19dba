using Pipeline.Dashboard;
using Pipeline.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPipelineHost("dashboard", "http://127.0.0.1:8090");
builder.Services.AddDashboard(builder.Configuration);
builder.AddPipelineCore();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapDashboard();
app.MapGet("/", () => Results.Redirect(DashboardPaths.Root));
app.MapPipelineHost();
return await app.RunPipelineAsync();
