namespace Bridge.Adapter.Cnm;

/// <summary>One method of Docker's network driver protocol. Idempotent: Docker repeats calls.</summary>
internal interface ICnmMethod<in TRequest, TResponse>
{
    /// <exception cref="CnmException">The refusal to show at the docker prompt.</exception>
    Task<TResponse> InvokeAsync(TRequest request, CancellationToken cancellationToken);
}
