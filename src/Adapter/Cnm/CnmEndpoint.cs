using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// Connects an HTTP route to a method: reads the request, gives the call a deadline and a place in the queue, answers in Docker's format,
/// writes one log line. Every error has status 200 with <c>Err</c>: Docker shows that text and does not repeat the call (moby
/// pkg/plugins/client.go).
/// </summary>
internal sealed class CnmEndpoint(CallDeadline deadline, CallQueue queue, CallClock clock, AdapterMetrics metrics, Traces traces,
    Journal journal, ILogger<CnmEndpoint> logger)
{
    /// <summary>A method with parameters.</summary>
    public RequestDelegate Method<TRequest, TResponse>(
        CallKind kind, ICnmMethod<TRequest, TResponse> method, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response,
        Func<TRequest, string?>? endpointOf = null) =>
        context => AnswerAsync(context, response, Invocation(context, kind, method, request, endpointOf));

    /// <summary>A method without parameters that cannot fail.</summary>
    public RequestDelegate Constant<TResponse>(TResponse answer, JsonTypeInfo<TResponse> response)
    {
        Func<Activity?, Task<TResponse>> invoke = _ => Task.FromResult(answer);
        return context => AnswerAsync(context, response, invoke);
    }

    private Func<Activity?, Task<TResponse>> Invocation<TRequest, TResponse>(
        HttpContext context, CallKind kind, ICnmMethod<TRequest, TResponse> method, JsonTypeInfo<TRequest> request,
        Func<TRequest, string?>? endpointOf) => span => InvokeAsync(context, span, kind, method, request, endpointOf);

    private async Task<TResponse> InvokeAsync<TRequest, TResponse>(
        HttpContext context, Activity? span, CallKind kind, ICnmMethod<TRequest, TResponse> method, JsonTypeInfo<TRequest> request,
        Func<TRequest, string?>? endpointOf)
    {
        var message = await ReadAsync(context, request);
        span.Describe(message);
        return await deadline.AnswerAsync(new Call(NameOf(context), kind, endpointOf?.Invoke(message)), QueuedAsync,
            context.RequestAborted);

        async Task<TResponse> QueuedAsync(CancellationToken cancellationToken)
        {
            using var place = await queue.EnterAsync(kind, cancellationToken);
            return await method.InvokeAsync(message, cancellationToken);
        }
    }

    // Docker sends no Content-Type, so ASP.NET Core would refuse to bind the body.
    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> json)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0)
        {
            // moby#39331: a retried request has an empty body, which must not count as "{}".
            throw new CnmException(
                "the request has no body. Docker repeats a call this way when the connection broke during the first attempt; " +
                "nothing was done this time. Retry.");
        }

        var text = body.GetBuffer().AsSpan(0, (int)body.Length);
        RequireUnicode(text);
        return JsonSerializer.Deserialize(text, json)
            ?? throw new CnmException("the request body is null; an object is expected. Nothing was done.");
    }

    // Some options are read only after plugins have run, which is too late to find out that "\ud800" is not text.
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

    private static string NameOf(HttpContext context) => context.Request.Path.Value!.TrimStart('/');

    private async Task AnswerAsync<TResponse>(
        HttpContext context, JsonTypeInfo<TResponse> response, Func<Activity?, Task<TResponse>> invoke)
    {
        var method = NameOf(context);
        using var span = traces.BeginCall(method, context.Request.Headers);
        var call = clock.Begin();
        byte[] answer;
        try
        {
            answer = JsonSerializer.SerializeToUtf8Bytes(await invoke(span), response);
            metrics.Answered(method, call.Elapsed);
            span.End(journal, "answered");
            logger.CallAnswered(method, call.Elapsed.TotalMilliseconds, call.InPlugins.TotalMilliseconds);
        }
        catch (Exception failure)
        {
            // Any exception becomes an error answer: an HTTP error would make Docker show raw text, a broken connection would make it
            // retry.
            var error = ErrorText(failure);
            answer = JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse(Printable.Of(error)), CnmJson.Default.ErrorResponse);
            metrics.Refused(method, call.Elapsed);
            span.Fail(error);
            span.End(journal, "refused");
            logger.CallRefused(
                IsExpected(failure) ? null : failure, method, call.Elapsed.TotalMilliseconds, call.InPlugins.TotalMilliseconds, error);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        FaultPoint.Pass(FaultKind.Answer, $"to {method} to be sent");
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        FaultPoint.Pass(FaultKind.Answer, $"to {method} sent");
    }

    private static string ErrorText(Exception failure) => failure switch
    {
        CniException { TimedOut: true } late when SettingOf(late.Operation) is { } setting =>
            $"{late.Message} The setting {setting} allows it more time.",
        CniException full when BridgePorts.AreUsedUp(full) =>
            $"{full.Message} A bridge has {BridgePorts.Most:N0} ports at most; `cnm-cni doctor` shows which is full.",
        CnmException or CniException or CniConfigurationException or JournalException => failure.Message,

        // Errors of the kernel, which name what was attempted.
        IOException and not BadHttpRequestException or UnauthorizedAccessException => ErrorDescription.OfFile(failure),
        JsonException json =>
            $"the request does not follow the network driver protocol: {ErrorDescription.OfJson(json)}. Nothing was done.",
        BadHttpRequestException broken => $"the request could not be read: {broken.Message} Nothing was done.",
        OperationCanceledException => "the call was cancelled before it finished, because the connection closed.",
        _ => $"internal error of cnm-cni; its log has the details: {failure.Message} ({failure.GetType().Name})",
    };

    private static string? SettingOf(CniOperation? operation) => operation switch
    {
        CniOperation.Add => "timeouts.add",
        CniOperation.Delete => "timeouts.delete",
        CniOperation.Status or CniOperation.Version => "timeouts.probe",
        _ => null,
    };

    private static bool IsExpected(Exception failure) => failure is
        CnmException or CniException or CniConfigurationException or JournalException or JsonException or BadHttpRequestException;
}

/// <summary>A method of Docker's network driver protocol. Idempotent, because Docker repeats calls after transport errors.</summary>
internal interface ICnmMethod<in TRequest, TResponse>
{
    /// <exception cref="CnmException">The error to show at the docker prompt.</exception>
    Task<TResponse> InvokeAsync(TRequest request, CancellationToken cancellationToken);
}

/// <summary>
/// An error whose text is shown unchanged at the docker prompt: what was attempted, on which object, why it failed, what to do.
/// </summary>
internal sealed class CnmException(string message, Exception? innerException = null) : Exception(message, innerException);
