using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Control;

/// <summary>The operator's questions, on the socket that Docker uses.</summary>
internal static class ControlRoutes
{
    public static void MapControl(this Routes routes, IServiceProvider services)
    {
        var status = services.GetRequiredService<Status>();
        var check = services.GetRequiredService<Check>();
        var reload = services.GetRequiredService<ReloadOnDemand>();
        var repair = services.GetRequiredService<RepairOnDemand>();
        var settle = services.GetRequiredService<Settle>();
        var metrics = services.GetRequiredService<MetricsPage>();
        var inspect = services.GetRequiredService<Inspect>();
        var events = services.GetRequiredService<EventStream>();
        var names = services.GetRequiredService<NewContainerNames>();
        RequestDelegate answerStatus = context =>
            AnswerAsync(context, StatusAsync(context, names, status), ControlJson.Default.StatusResponse);
        RequestDelegate answerCheck = context => AnswerAsync(context, CheckAsync(context, names, check), ControlJson.Default.CheckResponse);
        routes.MapPost("/Bridge.Status", answerStatus);
        RequestDelegate answerReload = context => AnswerAsync(
            context, ReloadAsync(context, names, reload), ControlJson.Default.ReloadResponse);
        RequestDelegate answerRepair = context => AnswerAsync(
            context, WithRequestAsync(context, ControlJson.Default.RepairRequest, new RepairRequest(DryRun: false), repair.RunAsync),
            ControlJson.Default.RepairResponse);
        RequestDelegate answerForget = context => AnswerAsync(
            context, WithRequestAsync(context, ControlJson.Default.ForgetRequest, new ForgetRequest(""), repair.ForgetAsync),
            ControlJson.Default.ForgetResponse);
        RequestDelegate answerSettle = context => AnswerAsync(
            context, WithRequestAsync(context, ControlJson.Default.SettleRequest, new SettleRequest(0), settle.InvokeAsync),
            ControlJson.Default.SettleResponse);
        RequestDelegate answerMetrics = context =>
        {
            context.Response.ContentType = MetricsPage.ContentType;
            return context.Response.WriteAsync(metrics.Write(), context.RequestAborted);
        };
        // These run plugins.
        var traces = services.GetRequiredService<Traces>();
        routes.MapPost("/Bridge.Check", Traced(traces, answerCheck));
        routes.MapPost("/Bridge.Reload", Traced(traces, answerReload));
        routes.MapPost("/Bridge.Repair", Traced(traces, answerRepair));
        routes.MapPost("/Bridge.Settle", Traced(traces, answerSettle));
        routes.MapPost("/Bridge.Forget", Traced(traces, answerForget));
        routes.MapGet("/metrics", answerMetrics);
        RequestDelegate answerInspect = context =>
            AnswerAsync(context, InspectAsync(context, names, inspect), ControlJson.Default.InspectResponse);
        RequestDelegate answerEvents = context => OrErrorAsync(context, events.AnswerAsync(context));
        routes.MapPost("/Bridge.Inspect", answerInspect);
        routes.MapGet("/Bridge.Events", answerEvents);
    }

    private static RequestDelegate Traced(Traces traces, RequestDelegate answer) => async context =>
    {
        using var span = traces.BeginCall(context.Request.Path.Value!.TrimStart('/'), context.Request.Headers);
        await answer(context);
        if (context.Response.StatusCode != StatusCodes.Status200OK)
            span.Fail("refused; the command has the error");
    };

    private static async Task<StatusResponse> StatusAsync(HttpContext context, NewContainerNames names, Status status)
    {
        await names.LearnAsync(context.RequestAborted);
        return await status.ReadAsync(context.RequestAborted);
    }

    private static async Task<CheckResponse> CheckAsync(HttpContext context, NewContainerNames names, Check check)
    {
        await names.LearnAsync(context.RequestAborted);
        return await WithRequestAsync(context, ControlJson.Default.CheckRequest, new CheckRequest([]), check.InvokeAsync);
    }

    private static async Task<ReloadResponse> ReloadAsync(HttpContext context, NewContainerNames names, ReloadOnDemand reload)
    {
        await names.LearnAsync(context.RequestAborted);
        var everything = new ReloadRequest([], DryRun: false);
        return await WithRequestAsync(context, ControlJson.Default.ReloadRequest, everything, reload.InvokeAsync);
    }

    private static async Task<InspectResponse> InspectAsync(HttpContext context, NewContainerNames names, Inspect inspect)
    {
        await names.LearnAsync(context.RequestAborted);
        return await WithRequestAsync(context, ControlJson.Default.InspectRequest, new InspectRequest(""), inspect.InvokeAsync);
    }

    private static async Task<TResponse> WithRequestAsync<TRequest, TResponse>(
        HttpContext context, JsonTypeInfo<TRequest> json, TRequest otherwise, Func<TRequest, CancellationToken, Task<TResponse>> answer)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, json, context.RequestAborted);
        return await answer(request ?? otherwise, context.RequestAborted);
    }

    private static Task AnswerAsync<T>(HttpContext context, Task<T> answer, JsonTypeInfo<T> json)
    {
        return OrErrorAsync(context, WriteAsync());

        async Task WriteAsync() => await context.Response.WriteAsJsonAsync(await answer, json, cancellationToken: context.RequestAborted);
    }

    private static async Task OrErrorAsync(HttpContext context, Task answered)
    {
        try
        {
            await answered;
        }
        catch (Exception failure) when (failure is not OperationCanceledException && !context.Response.HasStarted)
        {
            // The operator gets the error text of any failure.
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsJsonAsync(new ControlError(ErrorDescription.OfFile(failure)), ControlJson.Default.ControlError,
                cancellationToken: context.RequestAborted);
        }
    }
}

/// <summary>
/// Learns the names of new containers before an operator's request is answered. Without an answer from Docker they stay nameless.
/// </summary>
internal sealed class NewContainerNames(ContainerNames containers, TimeProvider timeProvider)
{
    // Docker usually answers in milliseconds. While dockerd starts the request hangs, and the operator should not wait for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task LearnAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await containers.LearnNewAsync(bounded.Token);
        }
        catch (DockerException)
        {
            // The log and `status` report that Docker does not answer.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The same.
        }
    }
}

/// <summary>`cnm-cni repair`: what the background does by itself, now, and with an answer.</summary>
internal sealed class RepairOnDemand(RepairPass pass, AbandonedCleanup abandoned)
{
    public async Task<RepairResponse> RunAsync(RepairRequest request, CancellationToken cancellationToken)
    {
        var report = request.DryRun
            ? await pass.RunAsync(RepairTrigger.DryRun, cancellationToken)
            : await pass.RunUntilCertainAsync(cancellationToken);
        var problems = report.Problems.Append(report.DockerFailure).OfType<Exception>().Select(problem => problem.Message);
        return new RepairResponse([.. report.Findings.Select(ToStatus)], [.. problems]);
    }

    /// <exception cref="CnmException">It is not there, or not to be forgotten.</exception>
    public async Task<ForgetResponse> ForgetAsync(ForgetRequest request, CancellationToken cancellationToken)
    {
        var (what, givenUp) = request.Target.Length > 0
            ? await abandoned.AbandonAsync(request.Target, cancellationToken)
            : throw new CnmException("what is to be forgotten is missing.");
        return new ForgetResponse(what, givenUp);
    }

    public static FindingStatus ToStatus(FindingReport report) =>
        new(report.Kind.Text(), report.Subject, report.What, report.Why, report.State, report.Done);
}
