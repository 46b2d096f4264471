using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bridge.Adapter.Faults;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// HTTP on one side, a method on the other: finds it a place and a deadline, answers in Docker's shape, writes one log line.
/// Every refusal is status 200 with <c>Err</c>: Docker shows that text and does not repeat the call.
/// </summary>
internal sealed class CnmEndpoint(CallDeadline deadline, CallQueue queue, CallClock clock, BridgeMetrics metrics, ILogger<CnmEndpoint> logger)
{
    /// <summary>A method with parameters.</summary>
    public RequestDelegate Method<TRequest, TResponse>(
        CallKind lane, ICnmMethod<TRequest, TResponse> method, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response, Func<TRequest, string?>? endpointOf = null) =>
        context => AnswerAsync(context, response, clock.Begin(), InvokeAsync(context, lane, method, request, endpointOf));

    /// <summary>A method without parameters and without a way to fail.</summary>
    public RequestDelegate Constant<TResponse>(TResponse answer, JsonTypeInfo<TResponse> response) =>
        context => AnswerAsync(context, response, clock.Begin(), Task.FromResult(answer));

    private async Task<TResponse> InvokeAsync<TRequest, TResponse>(
        HttpContext context, CallKind lane, ICnmMethod<TRequest, TResponse> method, JsonTypeInfo<TRequest> request, Func<TRequest, string?>? endpointOf)
    {
        var message = await RequestBody.ReadAsync(context, request);
        return await deadline.AnswerAsync(new Call(NameOf(context), lane, endpointOf?.Invoke(message)), InPlaceAsync, context.RequestAborted);

        async Task<TResponse> InPlaceAsync(CancellationToken cancellationToken)
        {
            using var place = await queue.EnterAsync(lane, cancellationToken);
            return await method.InvokeAsync(message, cancellationToken);
        }
    }

    private static string NameOf(HttpContext context) => context.Request.Path.Value!.TrimStart('/');

    private async Task AnswerAsync<TResponse>(
        HttpContext context, JsonTypeInfo<TResponse> response, CallClock.Call call, Task<TResponse> invocation)
    {
        var method = NameOf(context);
        byte[] answer;
        try
        {
            answer = JsonSerializer.SerializeToUtf8Bytes(await invocation, response);
            metrics.Answered(method, call.Elapsed);
            logger.CallAnswered(method, call.Elapsed.TotalMilliseconds, call.InPlugins.TotalMilliseconds);
        }
        catch (Exception failure)
        {
            // The last stop before the wire: whatever went wrong, Docker gets a sentence and no retry.
            var sentence = Sentence(failure);
            answer = JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse(Printable.Of(sentence)), CnmJson.Default.ErrorResponse);
            metrics.Refused(method, call.Elapsed);
            logger.CallRefused(Unforeseen(failure) ? failure : null, method, call.Elapsed.TotalMilliseconds, call.InPlugins.TotalMilliseconds, sentence);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        FaultPoint.Pass(FaultKind.Answer, $"to {method} to be sent");
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        FaultPoint.Pass(FaultKind.Answer, $"to {method} sent");
    }

    private static string Sentence(Exception failure) => failure switch
    {
        CniException { TimedOut: true } late when SettingOf(late.Operation) is { } setting => $"{late.Message} The setting {setting} allows it more time.",
        CnmException or CniException or CniConfigurationException or JournalException => failure.Message,

        // The kernel's own, which say what was attempted.
        IOException and not BadHttpRequestException or UnauthorizedAccessException => FileWords.Of(failure),
        JsonException json => $"the request is not what the network driver protocol asks for: {JsonWords.Of(json)}. Nothing was done.",
        BadHttpRequestException broken => $"the request could not be read: {broken.Message} Nothing was done.",
        OperationCanceledException => "the call was given up before it was done, because the connection closed.",
        _ => $"this is a fault of the driver itself, of which its log has more: {failure.Message} ({failure.GetType().Name})",
    };

    private static string? SettingOf(CniOperation? operation) => operation switch
    {
        CniOperation.Add => "timeouts.add",
        CniOperation.Delete => "timeouts.delete",
        CniOperation.Status or CniOperation.Version => "timeouts.probe",
        _ => null,
    };

    private static bool Unforeseen(Exception failure) => failure is not (
        CnmException or CniException or CniConfigurationException or JournalException or JsonException or BadHttpRequestException);
}

/// <summary>What a call says. Docker sends no Content-Type, so the body is taken as it is.</summary>
internal static class RequestBody
{
    private const string Empty =
        "the request has no body. Docker repeats a call this way when the connection broke during the first attempt; " +
        "nothing was done this time. Try again.";

    /// <exception cref="CnmException">There is nothing. An empty body is Docker's broken retry, never "{}".</exception>
    /// <exception cref="JsonException">It is not what the method asks for.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> json)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0)
            throw new CnmException(Empty);

        var text = body.GetBuffer().AsSpan(0, (int)body.Length);
        RequireUnicode(text);
        return JsonSerializer.Deserialize(text, json) ?? throw new CnmException("the request body is null; an object is expected. Nothing was done.");
    }

    // Options are read when they are needed, some of them after plugins have run: too late to find out that "\ud800" is no text.
    private static void RequireUnicode(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
        }
        catch (InvalidOperationException notText)
        {
            throw new JsonException($"{notText.Message.TrimEnd('.')}.", notText);
        }
    }
}
