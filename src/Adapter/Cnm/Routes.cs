namespace Bridge.Adapter.Cnm;

/// <summary>
/// What the socket answers, by path: 404 to other paths, 405 to other verbs. ASP.NET Core's routing would reflect over every handler and
/// compile a matcher, which is a tenth of the time until the daemon listens.
/// </summary>
internal sealed class Routes
{
    private readonly Dictionary<string, (string Verb, RequestDelegate Handler)> _handlers = new(StringComparer.OrdinalIgnoreCase);

    public void MapPost(string path, RequestDelegate handler) => _handlers.Add(path, (HttpMethods.Post, handler));

    public void MapGet(string path, RequestDelegate handler) => _handlers.Add(path, (HttpMethods.Get, handler));

    public Task AnswerAsync(HttpContext context)
    {
        if (!_handlers.TryGetValue(context.Request.Path.Value ?? "", out var route))
            return Refuse(context, StatusCodes.Status404NotFound);

        if (HttpMethods.Equals(context.Request.Method, route.Verb))
            return route.Handler(context);

        context.Response.Headers.Allow = route.Verb;
        return Refuse(context, StatusCodes.Status405MethodNotAllowed);
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
