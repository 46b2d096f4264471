using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Bridge.Adapter.Control;

/// <summary>The operator's two questions, on the socket that Docker uses.</summary>
internal static class ControlRoutes
{
    public static void MapControl(this WebApplication app)
    {
        var status = app.Services.GetRequiredService<Status>();
        var check = app.Services.GetRequiredService<Check>();
        var names = app.Services.GetRequiredService<FreshNames>();
        RequestDelegate answerStatus = context => AnswerAsync(context, StatusAsync(context, names, status), ControlJson.Default.StatusResponse);
        RequestDelegate answerCheck = context => AnswerAsync(context, CheckAsync(context, names, check), ControlJson.Default.CheckResponse);
        app.MapPost("/Bridge.Status", answerStatus);
        app.MapPost("/Bridge.Check", answerCheck);
    }

    private static async Task<StatusResponse> StatusAsync(HttpContext context, FreshNames names, Status status)
    {
        await names.LearnAsync(context.RequestAborted);
        return await status.ReadAsync(context.RequestAborted);
    }

    private static async Task<CheckResponse> CheckAsync(HttpContext context, FreshNames names, Check check)
    {
        await names.LearnAsync(context.RequestAborted);
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ControlJson.Default.CheckRequest, context.RequestAborted);
        return await check.InvokeAsync(request ?? new CheckRequest([]), context.RequestAborted);
    }

    private static async Task AnswerAsync<T>(HttpContext context, Task<T> answer, JsonTypeInfo<T> json)
    {
        try
        {
            await context.Response.WriteAsJsonAsync(await answer, json, cancellationToken: context.RequestAborted);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            // The last stop before the wire: the operator gets the sentence, whatever went wrong.
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsJsonAsync(new ControlError(failure.Message), ControlJson.Default.ControlError, cancellationToken: context.RequestAborted);
        }
    }
}
